// The parts of an engine, in the order in which they are built: each holds references to the ground and to
// parts before it, and to News for what goes upward. Private to the facade and News.
//
// Below them stands what the facade asks of all parts. These lists are in this header, and not in a file of
// their own, so that a part enters the engine in one place.
#pragma once

#include "node/engine/admission.h"
#include "node/engine/brought_answers.h"
#include "node/engine/cosignatures.h"
#include "node/engine/cosigned_serving.h"
#include "node/engine/engine.h"
#include "node/engine/epochs.h"
#include "node/engine/filtering.h"
#include "node/engine/follower.h"
#include "node/engine/own_recovery.h"
#include "node/engine/reaches.h"
#include "node/engine/rotation.h"
#include "node/engine/serving.h"
#include "node/engine/sessions.h"
#include "node/engine/standing.h"

namespace koinon::engine {

struct Parts {
  Parts(EngineConfig config, StoreState state, Now now);

  // The ground
  News news{*this};
  Effects effects;
  StoreHealth store{effects};
  TrustPolicy trust;
  Peers peers;
  Logs logs;
  Links links;
  Journal journal;
  Holdings holdings{links};
  Intake intake{effects, trust, logs};

  SeenHeads seen;
  Standing standing{effects, peers, logs, links, holdings, seen};

  Sessions sessions{effects, peers, logs, links, journal, seen, standing, news};
  Epochs epochs{effects, links, journal, news};
  Reaches reaches{effects, peers, links};
  Admission admission;
  HeadAsks asks;
  Cursors cursors{effects, peers, logs, links, intake, asks, seen};
  Offers offers{peers, links, cursors};
  Fetcher fetcher{effects, store, peers, logs, links, journal, intake, asks, cursors, offers, news};
  EvidenceTelling telling{effects, links};
  Forks forks{effects, store, logs, links, journal, cursors, offers, fetcher, telling, news};
  Recovery recovery{effects, store, logs, journal, seen, cursors, offers, news};
  Rotation rotation{effects, store, logs, seen, cursors, offers, fetcher, forks, recovery};
  CosignedHeads cosigned;
  Cosigning cosigning{effects, logs, links, standing, cosigned};
  Cosignatures cosignatures{effects, store, trust, logs, links, forks, cosigned, cosigning};
  CosignedServing cosigned_serving{effects, logs, links, cosigned};
  OwnRecovery own_recovery{effects, logs, links, offers, fetcher, seen};
  BroughtAnswers brought{peers, logs, journal, seen, standing, forks};
  Files files{effects, logs, links, holdings, intake, fetcher, news};
  Bodies bodies{effects, store, logs, links, holdings, intake, fetcher, files};
  Filtering filtering{effects, store, logs, links, intake, bodies};
  Follower follower{effects, peers,   logs,   links,   holdings, intake, standing, seen,
                    asks,    cursors, offers, fetcher, forks,    bodies, news};
  FileServing file_serving{effects, logs, links, standing, files};
  Broadcast broadcast{effects, logs, links, journal, holdings, intake, standing, forks, bodies, cosigned};
  Serving serving{effects, logs,   links,        holdings,  seen,    standing,
                  forks,   bodies, file_serving, broadcast, cosigned};

  // --- what the facade asks of all parts, in order; the order is that of the outputs ---

  // Gives a frame to the part that takes it.
  void take(Link& link, v1::Frame frame, std::size_t size) {
    switch (frame.frame_case()) {
      // News and answers
      case v1::Frame::kHello:
        return sessions.on_hello(link, frame.hello());
      case v1::Frame::kFollow:
        if (broadcast.on_follow(link, frame.follow())) take_epoch(link, frame.follow());
        return;
      case v1::Frame::kHeads:
        return follower.on_heads(link, frame.heads());
      case v1::Frame::kCursor:
        return follower.on_cursor(link, frame.cursor());
      case v1::Frame::kPush:
        return follower.on_push(link, std::move(*frame.mutable_push()), size);
      case v1::Frame::kChunk:
        return fetcher.on_chunk(link, std::move(*frame.mutable_chunk()), size);
      case v1::Frame::kBodies:
        return bodies.on_bodies(link, std::move(*frame.mutable_bodies()), size);
      case v1::Frame::kHave:
        return bodies.on_have(link, frame.have());
      case v1::Frame::kAttachmentChunk:
        return files.on_chunk(link, std::move(*frame.mutable_attachment_chunk()), size);
      case v1::Frame::kPrune:
        return broadcast.on_prune(link, frame.prune());
      case v1::Frame::kSeen:
        return standing.on_seen(link, frame.seen());
      case v1::Frame::kReached:
        return reaches.on_reached(link, frame.reached());
      case v1::Frame::kEvidence:
        return forks.on_evidence(link, frame.evidence());
      case v1::Frame::kCosignedHeads:
        return cosignatures.on_news(link, frame.cosigned_heads());
      case v1::Frame::kCosignatures:
        return cosignatures.on_cosignatures(link, frame.cosignatures());
      // Requests
      case v1::Frame::kGet:
        return serving.on_get(link, frame.get());
      case v1::Frame::kGetHeads:
        return serving.on_get_heads(link, frame.get_heads());
      case v1::Frame::kGetBodies:
        return serving.on_get_bodies(link, frame.get_bodies());
      case v1::Frame::kGetCosignatures:
        return cosigned_serving.on_get(link, frame.get_cosignatures());
      case v1::Frame::kGetAttachment:
        return file_serving.on_get(link, frame.get_attachment());
      case v1::Frame::kReachMe:
        return reaches.on_reach_me(link, frame.reach_me());
      case v1::Frame::kCancel:
        return serving.on_cancel(link, frame.cancel());
      case v1::Frame::kCredit:
        return serving.on_credit(link, frame.credit());
      case v1::Frame::kPing:
        return sessions.on_ping(link, frame.ping());
      case v1::Frame::kPong:
        return standing.on_pong(link, frame.pong());
      case v1::Frame::kSetFilter:
        return sessions.on_set_filter(link, frame.set_filter());
      default:
        return;  // Error is the facade's; frames of later versions
    }
  }

  // Another node with our key begins epochs of its own: those were not lost. We count above it once, so that
  // the peer shows the other node, too, that there are two.
  void take_epoch(const Link& link, const v1::Follow& follow) {
    switch (standing.note_follow(link, follow, journal.epoch())) {
      case Twin::Shows::kNoTwin:
        return epochs.on_follow(link, follow);
      case Twin::Shows::kTwin:
        return epochs.count_above(Epoch::from(follow.epoch()));
      case Twin::Shows::kTwinAgain:
        return;
    }
  }

  // The peer refuses one of our requests: the part that sent it knows its number.
  void on_refused(Link& link, std::uint64_t request_id) {
    standing.on_refused(link, request_id);
    asks.on_refused(link, request_id);
    bodies.on_refused(link, request_id);
    files.on_refused(link, request_id);
    cosignatures.on_refused(link, request_id);
    fetcher.on_refused(link, request_id);
  }

  // Of News::session_gone.
  void forget(Link& link) {
    reaches.forget(link);
    fetcher.forget(link);
    bodies.forget(link);
    files.forget(link);
    holdings.forget(link);
    seen.forget(link);
    cosignatures.forget(link);
  }

  // At the end of each input: peers are told what we have seen, and whether we may sign is decided.
  void settle() {
    for (const SessionId id : seen.unfollowed()) {
      if (Link* link = links.find(id); link != nullptr) seen.note_followed(*link, cursors.done(*link));
    }
    seen.tell();
    standing.review();
    cosigning.review();
  }

  // The sentence that says which answer or frame is overdue; nothing if none is.
  const char* overdue(const Link& link) const {
    if (!link.ready) return sessions.overdue(link);
    if (const char* why = fetcher.overdue(link); why != nullptr) return why;
    if (const char* why = bodies.overdue(link); why != nullptr) return why;
    return links.has_unended(link) ? "too many cancelled requests were not ended" : nullptr;
  }
  bool awaits_answers(const Link& link) const {
    return fetcher.awaits_answers(link) || bodies.awaits_answers(link);
  }

  // Of a link that is ready.
  void run_timers(Link& link) {
    bodies.give_up_slow(link);
    fetcher.run_timers(link);
    broadcast.run_timers(link);
    standing.look(link);
    sessions.check_liveness(link);
  }
  MonoTime next_timer(const Link& link) const {
    if (!link.ready) return sessions.next_timer(link);
    return std::min({sessions.next_timer(link), broadcast.next_timer(link), fetcher.next_timer(link),
                     bodies.next_timer(link)});
  }
};

}  // namespace koinon::engine
