// koinon export-site: the public face of the node as files.
#include <algorithm>
#include <csignal>
#include <iostream>
#include <thread>
#include <utility>

#include <boost/json.hpp>

#include "crypto/ed25519.h"
#include "node/daemon/folder_owner.h"
#include "tools/commands.h"
#include "tools/progress.h"
#include "tools/render.h"
#include "tools/site/site_export.h"

namespace koinon {
namespace json = boost::json;
namespace {

void print(const Common& common, const ExportSiteArguments& arguments,
           const site_export::ExportReport& report) {
  const site_export::FilesWritten& files = report.files;
  const std::string list = arguments.folder + "/.koinon-site/purge.txt";
  if (common.json) {
    std::cout << json::serialize(json::object{{"made", files.made},
                                              {"changed", files.changed},
                                              {"removed", files.removed},
                                              {"purge", report.purge},
                                              {"purge_list", list},
                                              {"records", report.records},
                                              {"whole", report.whole}})
              << std::endl;
    return;
  }
  std::cout << "Made " << files.made << " new files, changed " << files.changed << " and removed "
            << files.removed << "; looked at " << report.records << " records.\n";
  if (report.purge > 0)
    std::cout << "Caches must forget " << report.purge << " paths: " << harmless(list) << "\n";
  std::cout << std::flush;
}

std::size_t threads_of(const ExportSiteArguments& arguments) {
  constexpr unsigned kMost = 8;
  return arguments.threads > 0 ? arguments.threads
                               : std::clamp(std::thread::hardware_concurrency(), 1U, kMost);
}

}  // namespace

Status run_export_site(const Common& common, const ExportSiteArguments& arguments) {
  std::signal(SIGXFSZ, SIG_IGN);
  KOINON_TRY(init_crypto());
  KOINON_TRY(become_owner_of(common.data));
  ProgressLine line("arrivals made into pages");
  site_export::ExportWish wish;
  wish.node = {common.data, common.config, arguments.url, {}};
  wish.folder = arguments.folder;
  wish.node_url = arguments.node;
  wish.language = arguments.language;
  wish.whole = arguments.whole;
  wish.makers = threads_of(arguments);
  wish.progress = [&line](std::uint64_t done, std::uint64_t all) { line.show(done, all); };
  KOINON_ASSIGN(const site_export::ExportReport report, site_export::export_site(wish));
  print(common, arguments, report);
  return {};
}

}  // namespace koinon
