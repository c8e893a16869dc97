#include "tools/recovery_paper.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "crypto/mnemonic.h"
#include "node/text/plain_text.h"
#include "node/text/qr_code.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::size_t kDateText = 10;  // of time_text: 2026-12-01

// Browsers that translate pages send them away: `translate` and `notranslate` keep them from that.
constexpr std::string_view kHead = R"html(<!doctype html>
<html lang="en" translate="no">
<head>
<meta charset="utf-8">
<meta name="google" content="notranslate">
<meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Recovery words</title>
<style>
@page { margin: 13mm; }
* { box-sizing: border-box; }
html { background: #fff; color: #000; }
body { margin: 0 auto; max-width: 182mm; padding: 6mm 0; font: 9.5pt/1.3 "Noto Sans", "Liberation Sans", Arial, Helvetica, sans-serif; }
h1, .facts dd { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 20pt; line-height: 1.15; }
h2 { margin: 0 0 0.5mm; font-size: 11pt; break-after: avoid; }
p { margin: 0 0 1mm; }
code { font-family: "Noto Sans Mono", "Liberation Mono", "DejaVu Sans Mono", monospace; font-size: 0.92em; }
.screen { margin: 0 0 5mm; padding: 3mm; border: 0.6mm solid #000; font-weight: bold; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 0 4mm; margin: 1.5mm 0 4mm; }
.facts dt { font-weight: bold; }
.facts dd { margin: 0; }
.words { display: grid; grid-template-columns: repeat(4, 1fr); margin: 0 0 4mm; padding: 0; list-style: none; border: solid #000; border-width: 0.5mm 0 0 0.5mm; }
.words li { display: flex; align-items: baseline; padding: 1.7mm 2mm; border: solid #000; border-width: 0 0.5mm 0.5mm 0; }
.words span { width: 8mm; flex: none; font-size: 10pt; }
.words b { font-family: "Noto Sans Mono", "Liberation Mono", "DejaVu Sans Mono", monospace; font-size: 16pt; line-height: 1.2; }
.what { display: grid; grid-template-columns: 1fr 46mm; gap: 0 5mm; align-items: start; }
.qr { display: block; width: 46mm; height: 46mm; }
.qr + p { font-size: 8.5pt; line-height: 1.25; }
section { margin: 0 0 2.5mm; break-inside: avoid; }
.kept { margin: 11mm 0 0; display: grid; grid-template-columns: 1fr 1fr; gap: 0 6mm; }
.kept p { margin: 0; padding-top: 1mm; border-top: 0.3mm solid #000; font-size: 8.5pt; }
@media screen { body { padding: 6mm; max-width: 194mm; } }
@media print { .screen { display: none; } body { padding: 0; max-width: none; } }
</style>
</head>
<body>
<p class="screen">Print this page two times, then delete this file. It is the only copy of the words. Do not save it
elsewhere, do not mail it, do not photograph it.</p>
)html";

constexpr std::string_view kWhat = R"html(<div class="what"><div>
<section><h2>What these words do</h2>
<p>With them the city takes its log back when somebody has stolen its keys, or when its machine is gone. All cities
believe these words more than any key.</p>
<p>On a clean machine that has Koinon, with an invite from a city that knows yours:</p>
<p><code>koinon recover --words-file - --invite LINE --data NEW</code></p>
<p>Then type the words in their order, and end with Ctrl-D on a line of its own. Capitals and line ends do not matter;
the first four letters of each word are enough. At first the command only looks, and says how to go on. The runbook
(<code>deploy/RUNBOOK.md</code>) has all steps: “The key is stolen”, “The machine is gone”.</p></section>
<section><h2>Who keeps this paper</h2>
<p>Print two copies. Put each into an envelope, seal it, sign across the flap, and keep the two in two places where the
city keeps deeds and seals. Write down who may open them. Never photograph it, never copy it into a file or a mail,
and never type the words into a website or a telephone: only the command <code>koinon</code>, on a machine of the city,
asks for them.</p></section>
</div><div>
)html";

constexpr std::string_view kRest =
    R"html(<p>The same 24 words as text, for a scanner that is on no network.</p>
</div></div>
<section><h2>Who finds it</h2>
<p>Whoever has these words, or a picture of them, can take the log from the city: sign in its name, and make void what
it has published. If you have found this paper: it belongs to the city that is named above. Please bring it to the city
hall in a closed envelope, and do not copy it.</p></section>
<section><h2>When it is lost</h2>
<p>Look for the other copy, and make new words with it; also if an envelope is open, or somebody else may have the words:
the runbook says how in “New recovery words”. This paper is worth nothing then. Without any copy the node goes on as
before, but nobody can help the city when a key is stolen: “The paper is lost”.</p></section>
<div class="kept"><p>Kept at</p><p>May be opened by</p></div>
</body>
</html>
)html";

std::vector<std::string_view> split(std::string_view words) {
  std::vector<std::string_view> out;
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    out.push_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return out;
}

std::string shown(const std::string& text) { return html_escaped(plain_line(text)); }

}  // namespace

Result<Bytes> recovery_paper_html(const RecoveryPaper& paper) {
  const auto words = split(paper.words);
  if (words.size() != kRecoveryWords)
    return fail(Code::kInvalidArgument, "a paper has 24 recovery words", "words");
  KOINON_ASSIGN(const QrCode code, QrCode::of(paper.words, QrRepair::kForPaper));
  Bytes out(kHead);
  out += "<h1>Recovery words of " + shown(paper.city) + "</h1>\n<dl class=\"facts\"><dt>City</dt><dd>" +
         shown(paper.name) + "</dd><dt>Log</dt><dd><code>" + to_text(paper.log) +
         "</code></dd><dt>Made on</dt><dd>" + time_text(paper.made_at).substr(0, kDateText) +
         "</dd></dl>\n<ol class=\"words\">\n";
  for (std::size_t i = 0; i < words.size(); ++i) {
    out += "<li><span>" + std::to_string(i + 1) + "</span><b>";
    out += html_escaped(words[i]);
    out += "</b></li>\n";
  }
  out += "</ol>\n";
  out += kWhat;
  out += qr_svg(code) + "\n";
  out += kRest;
  return out;
}

}  // namespace koinon
