"""Nodes for the test from reading to doing: Belo Horizonte, whose note it is, and a small city that has no profile yet and is
named by the arguments: its name, and its country, where its operator said so.

Prints where they are as JSON on one line. Each line that it reads is a number of days by which both clocks are set further,
while the nodes run; it answers with a line once it is done. When its input ends, it ends them."""

import json
import signal
import sys
import tempfile

from serve import PASSWORD, account
from nodes import Node, connected, peer, wait_for

PROFILE = """+++
kind = "profile"
type = "city"
display_name = "Belo Horizonte"
language = "en"
country = "BR"
latitude = -19.92083
longitude = -43.93778
climate = "Aw"
income_band = "upper-middle"
income_source = "World Bank"
[population]
value = 2721564
source = "GeoNames"
+++
"""
# What is told of the city stands in deploy/examples/world/belo-horizonte-food-security.md with its sources, but for the number of
# the council's members, which is wrong so that it can be corrected.
NOTE = """+++
title = "Alimentação como direito: um só órgão para toda a política de alimentos"
language = "pt"
topics = ["food/security", "food/schools"]
office = "Example office of the city of Belo Horizonte"
summary = "Desde 1993 um só órgão da cidade reúne restaurantes populares, merenda escolar, banco de alimentos e mercados."
status = "running"
period = "1993"
evidence = 2
core = "Uma lei que faz da alimentação um direito, e um só órgão que responde por tudo."
adaptable = "Quais linhas de trabalho vêm primeiro."
went_wrong = "Esta nota é um teste: aqui a cidade contaria o que deu errado."
[[needs]]
what = "mandate"
text = "Uma lei do município"
[[needs]]
what = "people"
text = "Um órgão para toda a política de alimentos"
[[needs]]
what = "partners"
text = "Um conselho com governo, empresas, igrejas, pesquisa e cidadãos"
[[sources]]
publisher = "World Future Council"
title = "Future Policy Award 2009: Belo Horizonte"
date = "2009"
+++
*Esta nota é um teste do Koinon, escrito a partir de fontes públicas. Não é uma declaração da cidade.*

## Solution

Uma lei municipal de 15 de julho de 1993 fez da alimentação um direito e deu tudo a uma só secretaria.

Um conselho de doze pessoas a aconselha.

## Results

No vigésimo sexto ano: refeições em 5 restaurantes populares e cerca de 300 toneladas por ano pelo banco de alimentos.
"""


class Cities:
    def __init__(self, nodes):
        self.nodes = nodes
        self.days = 0

    def move(self, days):
        """The clocks of both, which run on; an operator of each says that they are right."""
        self.days += days
        for node in self.nodes:
            (node.data / "koinond.toml").write_text(f"clock.offset_seconds = {self.days * 24 * 3600}\n")
            before = len(node.log())
            node.process.send_signal(signal.SIGHUP)
            wait_for(lambda: "the configuration has changed" in node.log()[before:], f"{node.city} has read it")
            node.run("clock", "--is-right")
        for node in self.nodes:
            wait_for(lambda: not node.status()["clock"]["signing_waits"], f"{node.city} signs")


def main():
    city, country = (*sys.argv[1:], "")[:2]
    with tempfile.TemporaryDirectory(prefix="koinon-reading-") as folder:
        writer = Node(folder, "belo-horizonte")
        reader = Node(folder, city, init_args=("--country", country) if country else ())
        try:
            for node in (writer, reader):
                node.start(*(("--office-time-zone", "America/Sao_Paulo") if node is writer else ()))
            peer(writer, reader)
            wait_for(lambda: connected(writer, reader.name) and connected(reader, writer.name), "they connect")
            writer.run("publish", "-", stdin=PROFILE.encode())
            ref = writer.run("publish", "-", stdin=NOTE.encode()).strip()
            wait_for(lambda: reader.shows(ref), "it arrives")
            for node in (writer, reader):
                account(node, "press", "reviewer", "--office", "Office of the Mayor")
                wait_for(lambda: node.status()["index_lag"] == 0, "it is indexed")
            print(json.dumps({"password": PASSWORD, "note": ref, "writer": f"http://127.0.0.1:{writer.http_port}",
                              "reader": f"http://127.0.0.1:{reader.http_port}", "city": reader.name}), flush=True)
            cities = Cities((writer, reader))
            for line in sys.stdin:
                cities.move(int(line))
                print(json.dumps({"days": cities.days}), flush=True)
        finally:
            for node in (writer, reader):
                node.stop()


if __name__ == "__main__":
    main()
