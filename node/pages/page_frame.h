// What all pages share: the language of who looks, the frame around a page, forms and their protection,
// refusals, and calls of the API's operations.
//
// On the reading thread of its areas.
#pragma once

#include <functional>
#include <map>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include "node/api/api.h"
#include "node/api/areas.h"
#include "node/api/call_gate.h"
#include "node/api/routes.h"
#include "node/http/multipart.h"
#include "node/linked/linked_notes.h"
#include "node/pages/assets.h"
#include "node/pages/messages.h"
#include "node/pages/templates.h"

namespace koinon {
class CityNames;

// A page's request, and what it says of who looks.
struct Visit {
  ApiRequest request;
  const Catalogue* words = nullptr;
  std::map<std::string, std::string> form = {};  // of a POST
  std::vector<FormPart> files = {};              // that came with it
  TimeZone zone = {};                            // the browser's, or the office's where that is not known

  std::string say(std::string_view key) const { return words->text(key); }
  std::string say(std::string_view key, const MessageArguments& arguments) const {
    return words->text(key, arguments);
  }
  // What a value is called, or the value itself: of all that is not a fixed list of ours.
  std::string named(std::string_view subject, std::string_view value) const {
    return words->named(subject, value);
  }
  // What was wrong, in the reader's language. A sentence that nobody has translated, since it is for programs
  // or seldom said, is told where the page is English; of those for programs to operators alone.
  std::string fault(const Error& error) const {
    if (!error.id.empty()) return words->fault(error);
    const bool for_programs = error.code == Code::kInvalidArgument || error.code == Code::kMalformed;
    const bool english = words->tag() == "en";
    if (for_programs && (!english || request.caller.role < Role::kOperator))
      return say("error.not_understood");
    return english ? error.message : say("error.in_english");
  }
  // An error in words of this visitor's own language.
  Error said(Code code, std::string_view key, std::string field = {},
             const MessageArguments& arguments = {}) const {
    Error out = fail(code, say(key, arguments), std::move(field));
    out.id = key;
    return out;
  }
  std::string field(const std::string& name) const {
    const auto it = form.find(name);
    return it == form.end() ? std::string() : it->second;
  }
};

struct PageView {
  std::string page;   // the template's name, and the page's in the navigation
  std::string title;  // already in the reader's language, or what a city wrote
  boost::json::object model;
  unsigned status = 200;
  std::string feed_title = {};  // for autodiscovery
  std::string feed_path = {};
  std::string description =
      {};                  // for search engines and for whoever is sent the link; empty: what this site is
  bool article = false;    // it shows one text that somebody wrote
  LinkedNote linked = {};  // of a note: what programs of others read on its page
};

class PageFrame {
 public:
  // `shared` and `gate` outlive this.
  PageFrame(ApiShared& shared, CallGate& gate);

  using GetHandler = std::function<boost::asio::awaitable<HttpResponse>(Visit)>;
  // A page that shows; one that takes a form. Who sends it and the form's token have been checked when the
  // handler is called.
  void get(RouteTable& routes, const std::string& pattern, Need need, const std::string& id,
           const std::string& summary, GetHandler handler, std::vector<std::string> query = {},
           AtReader at_reader = AtReader::kByNeed);
  void post(RouteTable& routes, const std::string& pattern, Need need, const std::string& id,
            const std::string& summary, GetHandler handler, std::size_t body_limit = 2 * limits::kMiB,
            AtReader at_reader = AtReader::kByNeed);

  HttpResponse show(const Visit& visit, PageView view);
  // For a page that has asked for the names of its cities already: each is read once.
  HttpResponse show(const Visit& visit, PageView view, CityNames& names);
  // A part of a page: a template without the frame. kInternal: there is no such template.
  Result<std::string> part(const Visit& visit, const std::string& name, const boost::json::object& model) {
    return templates_.render(name, *visit.words, model);
  }
  // The page of an error: what happened, and what to do next.
  HttpResponse sorry(const Visit& visit, const Error& error);
  // The same of an operation that this page called: who is not known is asked to log in.
  HttpResponse failed(const Visit& visit, const Error& error);
  // A form that could not be read, or asks for what there is not: no operation was called, so its audit line
  // is the form's own. It has no more than the status, as that of every refusal that is a page.
  HttpResponse not_understood(const Visit& visit, const Error& error);
  // To an address of this node; anything else becomes the first page.
  static HttpResponse go(const std::string& path);
  // An admission that was refused, as a page: who is not known is asked to log in.
  HttpResponse refused(ApiRequest request, const Error& error);
  Visit visit(ApiRequest request) const;

  // Calls an operation in the name of who looks. After a change it waits, a second at most, until the index
  // has it: who writes sees what they wrote. `operation` outlives the call.
  template <typename Query, typename View>
  boost::asio::awaitable<Result<View>> call(const Visit& visit, const Operation<Query, View>& operation,
                                            Query query) {
    Asker asker = asker_of(visit.request);
    if (!operation.facts.changes()) return gate_.call(operation, std::move(asker), std::move(query));
    return change(&operation, std::move(asker), std::move(query));
  }
  // The same of a query that was read from a form: a change that could not be read was tried as well. What it
  // was about the page's address names, where the operation's does.
  template <typename Query, typename View>
  boost::asio::awaitable<Result<View>> call(const Visit& visit, const Operation<Query, View>& operation,
                                            Result<Query> query) {
    const bool has_target = operation.facts.pattern.find('{') != std::string::npos;
    return call(visit, operation, std::move(query), has_target ? target_of(visit.request) : std::string());
  }
  // The same where the form names it: `target` is what the operation's address would say.
  template <typename Query, typename View>
  boost::asio::awaitable<Result<View>> call(const Visit& visit, const Operation<Query, View>& operation,
                                            Result<Query> query, std::string target) {
    if (query.ok()) return call(visit, operation, std::move(*query));
    return fail_to_ask(&operation, asker_of(visit.request), std::move(target), query.error());
  }
  // Whether who looks may call it at all.
  bool may(const Visit& visit, const OperationFacts& facts) const {
    return gate_.may(facts, visit.request.caller).ok();
  }
  // Whether who looks has this role, and may use it here: a reader has no forms.
  bool works_as(const Visit& visit, Role role) const {
    return visit.request.caller.role >= role && !shared_.parts.reader;
  }
  // Of a reader: where one changes what belongs to one's account. Empty: here, or nobody knows.
  std::string address_of_account() const;
  // The value that a form of this visitor's carries in `csrf`.
  std::string form_token(const Visit& visit) const;

  // What a city is called in this visitor's language, with its domain, for a sentence.
  std::string city_in_full(const Visit& visit, const std::string& city) const;
  std::string city_name(const Visit& visit, const std::string& city) const;  // without it
  ApiShared& shared() { return shared_; }
  const Messages& messages() const { return messages_; }

 private:
  template <typename Query, typename View>
  boost::asio::awaitable<Result<View>> change(const Operation<Query, View>* operation, Asker asker,
                                              Query query) {
    Result<View> out = co_await gate_.call(*operation, std::move(asker), std::move(query));
    if (out.ok()) co_await wait_for_index();
    co_return out;
  }
  template <typename Query, typename View>
  boost::asio::awaitable<Result<View>> fail_to_ask(const Operation<Query, View>* operation, Asker asker,
                                                   std::string target, Error error) {
    const Status may = gate_.may(operation->facts, asker.caller);
    if (!may.ok()) error = may.error();
    gate_.note_failure(operation->facts, asker, target, error);
    co_return error;
  }
  boost::asio::awaitable<void> wait_for_index();
  bool genuine(const Visit& visit) const;
  boost::asio::awaitable<HttpResponse> take_form(Visit visit, Need need, GetHandler handler);
  Status read_form_of(Visit& visit) const;
  // What was sent after its session had ended, or under another: kept on the page, to be sent again.
  HttpResponse send_again(const Visit& visit, const Status& may);
  boost::json::object frame(const Visit& visit, const PageView& view) const;
  void put_unread(const Visit& visit, boost::json::object& model) const;
  std::string elsewhere(const Visit& visit, const Error& error) const;
  void put_reader(const Visit& visit, boost::json::object& model) const;

  ApiShared& shared_;
  CallGate& gate_;
  Messages messages_;
  Templates templates_;
  TimeZone office_zone_;
};

// The form names what there is not: it is of a page that was opened long ago.
Error stale_form(const Visit& visit);
// A path on this node, as a link or a redirect may name it: /… and no //.
bool is_local_path(std::string_view path);
// "a b" as a query has it.
std::string query_escaped(std::string_view text);

}  // namespace koinon
