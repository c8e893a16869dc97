// Files that notes name, fetched chunk by chunk from one peer at a time. A peer that does not hold a file may
// look further, and passes each chunk on as it comes; what it fetched for that it may forget.
#pragma once

#include "node/engine/fetcher.h"

namespace koinon::engine {

class Files {
 public:
  Files(Effects& effects, Logs& logs, Links& links, Holdings& holdings, Intake& intake, Fetcher& fetcher,
        News& news);

  // --- what is wanted ---

  void want(const AttachmentWant& want);
  // A peer asks for it, and lets us look for it; it is not asked itself. False if we do not:
  // each would wait for the other, nobody had it a while ago, or as much is looked for already.
  bool look_for_peer(const Link& asker, const AttachmentWant& want, std::uint32_t hops);
  // Files of a log that was removed, or of an entry that was erased.
  void end_of(const LogId& log, std::optional<EntryIndex> index);
  // Of those that entries beyond `size` name.
  void end_from(const LogId& log, TreeSize size);
  // A peer is there: perhaps it has what nobody had.
  void look_for_all();

  // --- answers ---

  void on_chunk(Link& link, v1::AttachmentChunk chunk, std::size_t size);
  // A GetAttachment was refused, if it is one.
  void on_refused(Link& link, std::uint64_t request_id);

  // --- links and time ---

  void forget(const Link& link);
  void run_timers();
  MonoTime next_timer() const { return due_; }
  std::optional<FileStanding> standing(const AttachmentId& id) const;  // none: it is not being fetched
  bool has_wrong_list() const;

 private:
  // A chunk that came, and was not given to the store yet.
  struct HeldChunk {
    AttachmentChunk chunk;
    SessionId source;
    std::size_t size = 0;  // of its frame
  };
  // Chunks go: expected from the source, verified, given to the store, stored.
  struct FileFetch {
    AttachmentWant want{{}, {}, {}, AttachmentWish::kForPeer, 0};
    std::uint32_t hops = 0;        // how far whom we ask may look
    bool wanting = false;          // a CommitWant is under way
    bool want_again = false;       // and another is to follow it
    bool ready = false;            // the store keeps a place for it
    bool finishing = false;        // all of it is stored, its digest is being checked
    std::uint32_t stored = 0;      // chunks below it
    std::uint32_t committing = 0;  // the next to give to the store
    std::uint32_t expected = 0;    // the next to come
    std::uint64_t number = 0;      // tells its wishes from those of a fetch of the same file that was ended
    std::uint64_t generation =
        0;  // tells what is under way from that of before a restart, or of such a fetch
    std::map<std::uint32_t, HeldChunk> verified;
    std::optional<SessionId> source;
    std::uint64_t request_id = 0;
    std::map<SessionId, unsigned> tried;  // asked: 1, 2 once it was asked to look further
    TurnTime last_progress;               // of the source
    std::optional<MonoTime> retry_at;
    unsigned retries = 0;
    std::string trouble;
  };

  FileFetch* find(const AttachmentId& id);
  // Of that generation.
  FileFetch* find(const AttachmentId& id, std::uint64_t generation);
  void begin(const AttachmentWant& want, std::uint32_t hops, std::optional<SessionId> asker);
  void commit_want(FileFetch& file);
  void on_wanted(FileFetch& file, const Result<AttachmentState>& answer);
  void not_stored(const AttachmentId& id, const Error& error);
  void restart(FileFetch& file);
  void give_up_request(FileFetch& file);
  void end(const AttachmentId& id);
  void look_for(FileFetch& file);
  Link* holder_of(const FileFetch& file, unsigned round) const;
  void send_get(Link& link, FileFetch& file, std::uint32_t hops);
  void on_verified(const AttachmentId& id, std::uint64_t generation, HeldChunk held,
                   const Result<Done>& answer);
  void commit_chunk(FileFetch& file, HeldChunk held);
  void on_chunk_stored(FileFetch& file, const Result<ChunkStored>& answer);
  void finish(const AttachmentId& id);
  std::vector<AttachmentId> ids() const;
  // When its source is late.
  MonoTime late_at(const FileFetch& file) const;
  MonoTime next_by_a_look() const;
  void set_retry(FileFetch& file, MonoTime at);

  Effects& effects_;
  Logs& logs_;
  Links& links_;
  Holdings& holdings_;
  Intake& intake_;
  Fetcher& fetcher_;
  News& news_;
  std::map<AttachmentId, FileFetch> files_;  // being fetched
  MonoTime due_ = MonoTime::max();           // no later than what is due of any of them
};

}  // namespace koinon::engine
