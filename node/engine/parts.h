// The parts of an engine, in the order in which they are built: each holds references to the ground and to
// parts before it, and to News for what goes upward. Private to the facade and News.
#pragma once

#include "node/engine/engine.h"
#include "node/engine/follower.h"
#include "node/engine/serving.h"
#include "node/engine/sessions.h"

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
  Holdings holdings;
  Intake intake;

  Sessions sessions;
  Admission admission;
  Cursors cursors;
  Offers offers;
  Fetcher fetcher;
  Forks forks;
  Files files;
  Bodies bodies;
  Filtering filtering;
  Follower follower;
  FileServing file_serving;
  Broadcast broadcast;
  Serving serving;
};

}  // namespace koinon::engine
