#include "node/daemon/mark_opener.h"

#include <utility>

#include "node/daemon/etcd_client.h"
#include "node/daemon/etcd_mark.h"
#include "node/daemon/mark_file.h"

namespace koinon {
namespace {

using OpenedMark = Result<std::unique_ptr<MarkPlace>>;

OpenedMark open_in_folder(const std::string& folder, const LogId& log) {
  KOINON_ASSIGN(MarkFile file, MarkFile::open(folder, log));
  std::unique_ptr<MarkPlace> out = std::make_unique<MarkFile>(std::move(file));
  return out;
}

// A file that another process has is no reason to sign beside what lies in etcd.
OpenedMark open_in_etcd(const EtcdMark::Gateway& gateway, const std::string& folder, const LogId& log,
                        const EpochKey& key) {
  KOINON_ASSIGN(std::unique_ptr<MarkPlace> out, EtcdMark::open(gateway, log, key));
  if (const Status removed = MarkFile::remove_all(folder, log); !removed.ok())
    return again_as(Code::kConflict, removed.error(), removed.error().field);
  return out;
}

std::string addresses_of(const std::vector<std::string>& addresses) {
  std::string out;
  for (const std::string& address : addresses) out += (out.empty() ? "" : ", ") + address;
  return out;
}

}  // namespace

MarkOpener mark_opener(const MarkSettings& where, const LogId& log, const EpochKey& key) {
  if (where.etcd.empty()) return [folder = where.folder, log] { return open_in_folder(folder, log); };
  const auto client = std::make_shared<EtcdClient>(where.etcd);
  const EtcdMark::Gateway gateway{
      [client](const std::string& path, const std::string& body) { return client->post(path, body); },
      addresses_of(where.etcd)};
  return [gateway, folder = where.folder, log, key] { return open_in_etcd(gateway, folder, log, key); };
}

}  // namespace koinon
