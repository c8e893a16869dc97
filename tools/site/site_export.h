// koinon export-site: the public face of a node as files, made anew only where something has changed.
//
// What is fixed for good comes first (assets, tiles of logs), then the records with their files, then cities,
// lists, feeds and first pages, and the checkpoints last: whoever reads meanwhile finds what a page or a
// checkpoint speaks of. Records are made in the order in which they arrived, some hundred at a time, and
// every twenty seconds it is kept how far this has come: a run that is killed goes on from there.
//
// A page says what was so when it was made. Of what can change without an arrival (how many cities have
// signed the head that proves a note, a file that was fetched later) it is told again with the next change of
// the note, or with a run over everything.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "tools/site/log_copies.h"
#include "tools/site/note_lists.h"
#include "tools/site/unit_makers.h"

namespace koinon::site_export {

struct ExportWish {
  NodePlace node;                // `notes` is set by the export
  std::filesystem::path folder;  // where the site is
  std::string node_url;          // of a node that answers what files cannot; empty: none
  std::string language;          // of the pages without a language in their address; empty: en
  bool whole = false;            // makes all pages anew
  std::size_t makers = 1;        // threads that make pages
  std::function<void(std::uint64_t, std::uint64_t)> progress;
};

struct ExportReport {
  FilesWritten files;
  std::uint64_t purge = 0;    // paths that caches must forget
  std::uint64_t records = 0;  // whose pages were made
  bool whole = false;         // all pages were made anew
};

// kInvalidArgument: the language or an address is none of ours. Else as VisitedNode::open and
// MadeFiles::open.
Result<ExportReport> export_site(const ExportWish& wish);

}  // namespace koinon::site_export
