// Publish: the form of a practice, with its drafts and preview.
#pragma once

#include "node/api/drafts_api.h"
#include "node/pages/form_faults.h"
#include "node/pages/page_frame.h"

namespace koinon {

class PublishPages {
 public:
  PublishPages(PageFrame& frame, const Areas& areas)
      : frame_(frame),
        attachments_(areas.attachments),
        desk_(areas.desk),
        drafts_(areas.drafts),
        proposals_(areas.proposals),
        records_(areas.records),
        sessions_(areas.sessions) {}
  void add_routes(RouteTable& routes);

 private:
  // What the form shows, beside the fields.
  struct FormState {
    std::map<std::string, std::string> values;
    std::string draft;  // its number, or empty
    std::string version;
    FormFaults faults;      // what is wrong
    bool conflict = false;  // somebody, or this person in another window, has changed the draft
    bool gone = false;      // or has published it, or thrown it away
    bool saved = false;
    bool kept = false;  // as a draft, just now
    std::string preview_html;
    unsigned status = 200;
  };
  boost::asio::awaitable<HttpResponse> form(Visit visit);
  boost::asio::awaitable<HttpResponse> submit(Visit visit);
  boost::asio::awaitable<HttpResponse> show_form(Visit visit, FormState state);
  static void put_files(const Visit& visit, const FormState& state, boost::json::object& model);
  void put_time(const Visit& visit, const FormState& state, boost::json::object& model);
  // Keeps the draft; where it could not be kept, the state says why.
  boost::asio::awaitable<FormState> keep(Visit visit, FormState state, bool overwrite);
  static FormState refused(const Visit& visit, FormState state, const Error& error);
  boost::asio::awaitable<Result<DraftView>> keep_draft(Visit visit, FormState state, bool overwrite);
  // Refused if the draft is no longer what this form was read from.
  boost::asio::awaitable<HttpResponse> publish(Visit visit, FormState state);
  boost::asio::awaitable<HttpResponse> remove(Visit visit, FormState state);
  boost::asio::awaitable<Result<SignedView>> sign(Visit visit, FormState state);
  boost::asio::awaitable<HttpResponse> autosave(Visit visit, FormState state);
  boost::asio::awaitable<HttpResponse> preview_part(Visit visit);
  // All of what would be signed, as its page will show it, and when.
  std::string preview_html(const Visit& visit, const FormState& state, const PreviewView& made);
  boost::asio::awaitable<HttpResponse> picture(Visit visit);
  // Gives the node the files that came with the form, and names them in it.
  boost::asio::awaitable<std::pair<Visit, Status>> take_files(Visit visit);
  boost::asio::awaitable<FormState> state_of_record(Visit visit, std::string role, std::string ref);
  boost::asio::awaitable<Result<std::map<std::string, std::string>>> values_of_template(Visit visit,
                                                                                        std::string ref);

  PageFrame& frame_;
  AttachmentsApi& attachments_;
  DeskApi& desk_;
  DraftsApi& drafts_;
  ProposalsApi& proposals_;
  RecordsApi& records_;
  SessionsApi& sessions_;
};

}  // namespace koinon
