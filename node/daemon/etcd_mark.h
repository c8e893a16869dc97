// The mark (node/replication/mark.h) in etcd, where the machine that takes over finds it: a start after a
// failover signs at once where its store has everything. The key is /koinon/mark/LOGID.
//
// One node at a time has it. Whoever opens it takes it over: it writes what lies there anew, with a number of
// its own. Each change names the revision that was written last, and is done only if nobody has written
// since. So of two nodes the one that started first learns that it is not alone, and signs nothing any more.
//
// A change that was not answered may be done, or be done later. Either way the next one finds what lies
// there, and knows its own number.
//
// While etcd does not answer, the mark there names what is long past as soon as anything more is signed. A
// later start, on a standby that lost this, would believe it: so nothing is signed until etcd answers.
// Between a commit and the mark after it either state agrees. A standby that loses a commit, whose node ends
// at that moment, is believed. So a hub has a synchronous standby.
//
// A mark bears a MAC under a key of the node: what anybody else writes is no mark. But who can write in etcd
// can put an older mark of this node back, and so can who restores etcd from a snapshot: a store as old as
// that is believed. Nobody but the hub's machines may reach etcd, and after a restore of etcd the key is
// removed before koinond starts: etcdctl del /koinon/mark/LOGID. The same where koinond ran without
// signing.mark_etcd for a while. A start with a new node key finds no mark, and asks the peers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "crypto/epoch.h"
#include "node/daemon/mark_place.h"

namespace koinon {

class EtcdMark : public MarkPlace {
 public:
  // How etcd is asked (etcd_client.h).
  struct Gateway {
    std::function<Result<std::string>(const std::string& path, const std::string& body)> post;
    std::string addresses;  // for people
  };

  // Takes the mark over, where there is one. kConflict: etcd does not answer, so that an old one may lie
  // there; or others write there without end.
  static Result<std::unique_ptr<MarkPlace>> open(Gateway gateway, const LogId& log, const EpochKey& key);

  std::optional<Mark> read() const override { return mark_; }
  Status write(const Mark& mark) override;
  // Where nothing lies that a start would believe, etcd need not answer.
  Status remove() override;

 private:
  struct Value {
    std::uint64_t revision = 0;  // 0: there is none
    Bytes text;
  };
  struct Swapped {
    bool done = false;
    Value value;  // as it is now; of one that is done the revision alone
  };

  EtcdMark(Gateway gateway, const LogId& log, const EpochKey& key);
  Result<bool> take_over();
  Status change(const std::optional<Bytes>& text);
  Result<Value> look() const;
  Result<Swapped> swap(const std::optional<Bytes>& text) const;
  Bytes text_of(const Mark& mark) const;
  std::optional<Mark> mark_in(BytesView text) const;
  bool is_ours(BytesView text) const;
  Bytes mac_of(BytesView text) const;
  Error stays(const Error& why) const;

  Gateway gateway_;
  std::string name_;  // of the key
  EpochKey key_;
  std::string by_;  // this object's number, in hex
  std::uint64_t revision_ = 0;
  std::optional<Mark> mark_;
  bool may_stand_ = true;       // something that a start would believe
  std::optional<Error> taken_;  // by another node, for good
};

}  // namespace koinon
