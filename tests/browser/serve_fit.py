"""Nodes for the tests of the fit box: Belo Horizonte's note, which Medellín, Kitwe and Curitiba took up, as San Diego reads it; and
Trento, which has no profile yet. Prints where they are as JSON on one line, serves until its input ends, then ends them."""

import json
import sys
import tempfile

from serve import PASSWORD, account
from nodes import Node, connected, peer, wait_for

PROFILES = {"belo-horizonte": ("Belo Horizonte", "BR", 2_721_564, "Aw", "upper-middle", 7_200), "sandiego": ("San Diego", "US", 1_394_928, "BSk", "high", 1_640),
            "curitiba": ("Curitiba", "BR", 1_718_421, "Cfb", "upper-middle", 4_060), "medellin": ("Medellín", "CO", 1_999_979, "Am", "upper-middle", 6_600),
            "kitwe": ("Kitwe", "ZM", 400_914, "Cwa", "lower-middle", 520)}
ADOPTIONS = {"curitiba": ("adapted", "worked", "The food banks of the churches took the place of new shops, because the city owns no buildings in the centre."),
             "medellin": ("adopted", "partly", "Two districts only, with the restaurants run by cooperatives instead of by the city itself."),
             "kitwe": ("stopped", "did-not", "No kitchens of our own; those of schools were rented in the afternoon for two years.")}
NOTE = """+++
title = "A whole city that counts food as a right: one department from the field to the plate"
language = "en"
topics = ["food/security"]
summary = "Since 1993 the city counts food as a right, sells meals below cost and buys from small farms around it."
evidence = 4
staff = "180 people in one department"
time_to_launch = "Two years to the first restaurant"
core = "A right to food in the law of the city, and one department that answers for it from the field to the plate. Shops and kitchens may differ."
needs = [{what = "mandate", text = "A law."}, {what = "money", text = "Two per cent of the budget."}, {what = "people", text = "One department."},
         {what = "partners", text = "Farms."}, {what = "place", text = "Kitchens."}]
cost = {amount = 21000000, currency = "BRL"}
+++
Meals are sold below cost.
"""


def main():
    with tempfile.TemporaryDirectory(prefix="koinon-fit-") as folder:
        nodes = {name: Node(folder, name) for name in (*PROFILES, "trento")}
        try:
            for node in nodes.values():
                node.start()
            reader, writer = nodes["sandiego"], nodes["belo-horizonte"]
            for name, node in nodes.items():
                if node is not writer:
                    peer(writer, node)
            for name, node in nodes.items():
                if node is not writer:
                    wait_for(lambda: connected(node, writer.name), "they connect")
            profiles = set()
            for name, (called, country, population, climate, income, density) in PROFILES.items():
                profiles.add(nodes[name].run("publish", "-", stdin=(
                    f'+++\nkind = "profile"\nlanguage = "en"\ndisplay_name = "{called}"\ncountry = "{country}"\nclimate = "{climate}"\nclimate_source = "Example"\n'
                    f'income_band = "{income}"\nincome_source = "World Bank"\n[population]\nvalue = {population}\nsource = "GeoNames"\n'
                    f'[density]\nvalue = {density}\nsource = "Example"\n+++\n').encode()).strip())
            ref = writer.run("publish", "-", stdin=NOTE.encode()).strip()
            for name, (stage, outcome, changes) in ADOPTIONS.items():
                wait_for(lambda: nodes[name].shows(ref), "it arrives")
                nodes[name].run("adopt", ref, "--stage", stage, "--outcome", outcome, "--text", changes)
            for name in ("sandiego", "trento"):
                account(nodes[name], "press", "publisher")
                account(nodes[name], "it", "operator")
                wait_for(lambda: nodes[name].local("GET", f"/api/v1/records/{ref}/fit").get("tried", {}).get("cities") == 3, "it is all there")
            wait_for(lambda: profiles <= set(reader.refs(kind="profile")), "the profiles too")
            wait_for(lambda: reader.json("status")["index_lag"] == 0, "it is indexed")
            print(json.dumps({"password": PASSWORD, "note": ref, **{name: f"http://127.0.0.1:{nodes[name].http_port}" for name in ("sandiego", "trento")}}), flush=True)
            sys.stdin.read()
        finally:
            for node in nodes.values():
                node.stop()


if __name__ == "__main__":
    main()
