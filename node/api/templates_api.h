// Practices of other cities as templates: a draft of a practice of our own, with credit, in which the person
// fills in what is different here.
//
// On the reading thread of its parts.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "node/api/api.h"
#include "node/api/drafts_api.h"
#include "node/api/operation.h"
#include "node/reading/record_view.h"

namespace koinon {

struct TemplateQuery {
  std::string of;  // the ref of the practice
  std::string
      language;  // in which the draft is to be written; empty: that of our profile, else the practice's
  bool any_language = false;  // whether a draft that is there already may have been given another one
};

// The request to publish that such a draft keeps (note_template.h). kInvalidArgument: the record is no
// practice, or is our own. kRefused: it is withdrawn. kNotFound: its text is not here.
Result<boost::json::object> template_request(const ApiShared& shared, const RecordView& original,
                                             const std::string& language);

class TemplatesApi {
 public:
  // `drafts` outlives this.
  TemplatesApi(ApiShared& shared, DraftsApi& drafts);

  // A draft of the caller's own, which is kept at once. Where the caller has made one of this version of the
  // practice before and it is still a draft, that one.
  const Operation<TemplateQuery, DraftView> make;

 private:
  Result<DraftView> make_draft(const Asker& asker, const TemplateQuery& query);
  Result<std::string> own_language();
  // In this language; empty: in any.
  Result<std::optional<DraftView>> made_before(const Asker& asker, const RecordView& original,
                                               const std::string& language);

  ApiShared& shared_;
  ApiParts& parts_;
  DraftsApi& drafts_;
};

}  // namespace koinon
