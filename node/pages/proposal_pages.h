// Proposals: to change a note of another city, and to decline one. To take one in is to revise the note
// (publish_pages).
//
// On the reading thread of its areas.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "node/pages/page_frame.h"
#include "node/reading/record_view.h"

namespace koinon {

class ProposalPages {
 public:
  ProposalPages(PageFrame& frame, const Areas& areas)
      : frame_(frame), desk_(areas.desk), drafts_(areas.drafts), records_(areas.records) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> propose_form(Visit visit);
  boost::asio::awaitable<HttpResponse> propose(Visit visit);
  boost::asio::awaitable<HttpResponse> decline(Visit visit);
  // With what was typed and, where something is wrong, what.
  boost::asio::awaitable<HttpResponse> show_propose(Visit visit, std::optional<Error> failed);
  boost::asio::awaitable<HttpResponse> show_decline(Visit visit, Error failed);

  PageFrame& frame_;
  DeskApi& desk_;
  DraftsApi& drafts_;
  RecordsApi& records_;
};

// The proposals to a note, or the proposal that the record is: the members that templates/proposals.mustache
// shows.
boost::asio::awaitable<void> put_proposals(PageFrame& frame, ProposalsApi& proposals, DeskApi& desk,
                                           Visit visit, const RecordView& record, boost::json::object& model);

// The fields of a revision that takes in a proposal (`ref`), with its change made where its words still stand
// there. `by_hand` says that they do not.
boost::asio::awaitable<Status> take_in_proposal(PageFrame& frame, ProposalsApi& proposals, Visit visit,
                                                std::string ref, std::map<std::string, std::string>& values);
// What the form of that revision says of it.
boost::asio::awaitable<void> put_taken_in(PageFrame& frame, ProposalsApi& proposals, Visit visit,
                                          std::string ref, std::string by_hand, boost::json::object& model);

}  // namespace koinon
