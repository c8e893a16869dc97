// Read: a note in its sections, its translations and lineage, who adopted it and how it went, questions and
// answers, files, and the proof in plain words.
#pragma once

#include <memory>

#include <boost/json.hpp>

#include "node/pages/page_frame.h"
#include "node/reading/record_view.h"
#include "proto/base/limits.h"

namespace koinon {

// How much of what others say is still put on a page of a note.
class RepliesBudget {
 public:
  // Whether there is any of it left; a text that does not fit any more uses up the rest, so that nothing is
  // rendered in vain.
  bool any() const { return left_ > 0; }
  bool takes(const boost::json::array& sections);

 private:
  std::size_t left_ = limits::kRepliesBytes;
};

class NotePage {
 public:
  NotePage(PageFrame& frame, const Areas& areas)
      : frame_(frame),
        attachments_(areas.attachments),
        desk_(areas.desk),
        figures_(areas.figures),
        fit_(areas.fit),
        follow_ups_(areas.follow_ups),
        inbox_(areas.inbox),
        linked_(areas.linked),
        proofs_(areas.proofs),
        proposals_(areas.proposals),
        records_(areas.records) {}
  void add_routes(RouteTable& routes);

 private:
  bool may_watch(const Visit& visit) const;
  boost::asio::awaitable<HttpResponse> read(Visit visit);
  boost::asio::awaitable<HttpResponse> watch(Visit visit);
  boost::asio::awaitable<HttpResponse> picture(Visit visit);
  // One file, or all that are not here.
  boost::asio::awaitable<HttpResponse> fetch(Visit visit);
  boost::asio::awaitable<HttpResponse> withdraw_page(Visit visit);
  boost::asio::awaitable<HttpResponse> withdraw(Visit visit);
  // The records that refer to one, each with its own text where there is a budget for it; and what is said to
  // a question.
  using Budget = std::shared_ptr<RepliesBudget>;
  boost::asio::awaitable<boost::json::array> others(Visit visit, std::vector<ReferringView> referring,
                                                    v1::RefRole role, Budget budget);
  boost::asio::awaitable<boost::json::object> other(Visit visit, std::string ref, bool with_answers,
                                                    Budget budget);
  // The calls and visits about it.
  boost::asio::awaitable<boost::json::array> talks(Visit visit, std::vector<ReferringView> referring);
  // Who signed its log, under which head, and which cities have signed that they hold that log.
  boost::asio::awaitable<void> put_proof(Visit visit, const RecordView& record, boost::json::object& model);
  // What a practice would mean for our city.
  boost::asio::awaitable<void> put_fit(Visit visit, const RecordView& record, boost::json::object& model);
  // How the practice went, and in which cities.
  boost::asio::awaitable<boost::json::array> pictures_of(Visit visit, std::string ref);
  boost::asio::awaitable<boost::json::array> what_it_refers_to(Visit visit, std::vector<RefView> refs);

  PageFrame& frame_;
  AttachmentsApi& attachments_;
  DeskApi& desk_;
  FiguresApi& figures_;
  FitApi& fit_;
  FollowUpsApi& follow_ups_;
  InboxApi& inbox_;
  LinkedApi& linked_;
  ProofsApi& proofs_;
  ProposalsApi& proposals_;
  RecordsApi& records_;
};

}  // namespace koinon
