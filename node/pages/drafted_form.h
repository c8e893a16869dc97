// Forms that were filled in from a draft: what was asked for, and taken back before it was signed, comes into
// the form that it came from.
#pragma once

#include "node/api/desk_api.h"
#include "node/api/drafts_api.h"
#include "node/pages/page_frame.h"

namespace koinon {

// The form in which a draft is written on; empty: no page has one for its kind.
std::string form_of_draft(const DraftView& draft);

// The draft of this number.
Result<DraftQuery> draft_numbered(const std::string& number);
// The version of its draft that a form was filled in from; 0, which no draft has, where it names none.
std::int64_t draft_version(const std::string& version);

// The draft that a form's address names (`draft`).
boost::asio::awaitable<Result<DraftView>> named_draft(PageFrame& frame, DraftsApi& drafts, Visit visit);

// A visit to a form whose address names a draft (`draft`), with the draft in the fields of the form: the
// texts of its content by their names, `language`, `topics`, `to`, and what it refers to. As it is, if none
// is named.
boost::asio::awaitable<Result<Visit>> with_draft(PageFrame& frame, DraftsApi& drafts, Visit visit);

// The hidden fields of such a form, and when the draft goes out.
void put_draft(const Visit& visit, boost::json::object& model);

// Publishes what a form says: by itself, or as the draft that it came from. The draft must not have changed.
// The draft's time stays. `faults`: what the form itself was found wrong with; then nothing is published, and
// the error has what else is wrong too.
boost::asio::awaitable<Result<SignedView>> publish_form(PageFrame& frame, DeskApi& desk, DraftsApi& drafts,
                                                        Visit visit, boost::json::object request,
                                                        std::vector<Error> faults = {});

}  // namespace koinon
