// Publish: the form of a practice, with its drafts and preview.
#pragma once

#include "node/api/drafts_api.h"
#include "node/pages/page_frame.h"

namespace koinon {

class PublishPages {
 public:
  PublishPages(PageFrame& frame, const Areas& areas)
      : frame_(frame),
        attachments_(areas.attachments),
        desk_(areas.desk),
        drafts_(areas.drafts),
        records_(areas.records),
        sessions_(areas.sessions) {}
  void add_routes(RouteTable& routes);

 private:
  // What the form shows, beside the fields.
  struct FormState {
    std::map<std::string, std::string> values;
    std::string draft;  // its number, or empty
    std::string version;
    std::string fault;    // the field at fault, as the API calls it
    std::string problem;  // what is wrong with it
    bool conflict = false;
    bool saved = false;
    bool kept = false;  // as a draft, just now
    std::string preview_html;
    unsigned status = 200;
  };
  boost::asio::awaitable<HttpResponse> form(Visit visit);
  boost::asio::awaitable<HttpResponse> submit(Visit visit);
  boost::asio::awaitable<HttpResponse> show_form(Visit visit, FormState state);
  void put_time(const Visit& visit, const FormState& state, boost::json::object& model);
  // Keeps the draft; where it could not be kept, the state says why.
  boost::asio::awaitable<FormState> keep(Visit visit, FormState state, bool overwrite);
  boost::asio::awaitable<Result<DraftView>> keep_draft(Visit visit, FormState state, bool overwrite);
  boost::asio::awaitable<HttpResponse> publish(Visit visit, FormState state);
  boost::asio::awaitable<HttpResponse> autosave(Visit visit, FormState state);
  boost::asio::awaitable<HttpResponse> preview_part(Visit visit);
  // Gives the node the files that came with the form, and names them in it.
  boost::asio::awaitable<std::pair<Visit, Status>> take_files(Visit visit);
  boost::asio::awaitable<FormState> state_of_record(Visit visit, std::string role, std::string ref);

  PageFrame& frame_;
  AttachmentsApi& attachments_;
  DeskApi& desk_;
  DraftsApi& drafts_;
  RecordsApi& records_;
  SessionsApi& sessions_;
};

}  // namespace koinon
