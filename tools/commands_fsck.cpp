// koinon fsck: looks at all that the node holds.
#include <csignal>
#include <iostream>

#include <boost/json.hpp>

#include "crypto/ed25519.h"
#include "node/daemon/data_folder.h"
#include "node/daemon/folder_owner.h"
#include "node/daemon/store_source.h"
#include "proto/base/clock.h"
#include "storage/fsck/repair.h"
#include "storage/fsck/store_check.h"
#include "tools/keeping.h"
#include "tools/progress.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

void print(const Common& common, const fsck::Report& report, std::uint64_t repaired) {
  if (common.json) {
    json::array damages;
    for (const fsck::Damage& damage : report.damages())
      damages.push_back(json::object{{"place", damage.place},
                                     {"what", damage.what},
                                     {"repairable", fsck::is_repairable(damage.remedy)}});
    std::cout << json::serialize(json::object{{"logs", report.logs},
                                              {"entries", report.entries},
                                              {"bodies", report.bodies},
                                              {"files", report.files},
                                              {"documents", report.documents},
                                              {"damaged", report.count()},
                                              {"repaired", repaired},
                                              {"damages", std::move(damages)}})
              << "\n";
    return;
  }
  for (const fsck::Damage& damage : report.damages()) std::cout << harmless(damage.text()) << "\n";
  if (report.count() > report.damages().size())
    std::cout << "and " << report.count() - report.damages().size() << " more\n";
  std::cout << "Looked at " << report.logs << " logs, " << report.entries << " entries, " << report.bodies
            << " bodies, " << report.files << " files and " << report.documents << " rows of the index."
            << (report.count() == 0 ? " Nothing is damaged.\n" : "\n");
  if (repaired > 0) std::cout << "Marked " << repaired << " to be had again; koinond sees to it.\n";
}

}  // namespace

Status run_fsck(const Common& common, bool repair) {
  std::signal(SIGXFSZ, SIG_IGN);
  KOINON_TRY(init_crypto());
  KOINON_TRY(become_owner_of(common.data));
  const DataFolder folder(common.data);
  KOINON_TRY(
      need_files(folder,
                 "PostgreSQL looks at its own pages with pg_amcheck and checksums, and koinon audit-log "
                 "at the log; RUNBOOK, \"The hub\""));
  KOINON_TRY(folder.check_node());
  std::optional<FolderLock> lock;
  if (repair) {
    KOINON_ASSIGN(lock, FolderLock::take(folder));
  }
  fsck::Report report;
  {
    ProgressLine line("fsck");
    KOINON_ASSIGN(report, fsck::check_folder(folder.path(), [&line](std::uint64_t done, std::uint64_t all) {
                    line.show(done, all);
                  }));
  }
  std::uint64_t repaired = 0;
  if (repair && report.count() > 0) {
    KOINON_ASSIGN(repaired, fsck::repair_folder(folder.path(), report, system_clock().wall()));
  }
  print(common, report, repaired);
  if (report.count() == 0) return {};
  if (repaired == report.count()) return {};
  if (repaired > 0 && report.count() > report.damages().size())
    return fail(Code::kIo,
                std::to_string(report.count() - repaired) +
                    " of what is damaged is not repaired yet: one run sees to the first " +
                    std::to_string(report.damages().size()) + "; run it again",
                folder.path().string());
  return fail(
      Code::kIo,
      std::to_string(report.count() - repaired) +
          (repair ? " of what is damaged could not be repaired"
                  : " things are damaged; what can be had again: koinon fsck --repair, with koinond stopped"),
      folder.path().string());
}

}  // namespace koinon
