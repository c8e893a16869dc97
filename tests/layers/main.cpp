// That it links is what is tested.
int main() { return 0; }
