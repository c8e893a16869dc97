// Stories of practices as the API's JSON: the routes of their operations.
#pragma once

namespace koinon {

class CallGate;
class RouteTable;
class StoryApi;

void add_story_routes(RouteTable& routes, CallGate& gate, const StoryApi& story);

}  // namespace koinon
