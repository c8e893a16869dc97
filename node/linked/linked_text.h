// Things as JSON-LD 1.1 and as Turtle (RDF 1.1). Both are made of the same things, so they say the same. Pure
// functions, for any thread.
#pragma once

#include <string>
#include <vector>

#include "node/linked/linked_thing.h"

namespace koinon {

// A document whose names are explained by its own context.
std::string json_ld_text(const std::vector<LinkedThing>& things);
std::string turtle_text(const std::vector<LinkedThing>& things);

// One thing of schema.org (its names begin with schema:), with the context of schema.org, as search engines
// read it. It may stand within <script type="application/ld+json">: no text of it ends that element, or is
// markup.
std::string schema_json_ld(const LinkedThing& thing);

}  // namespace koinon
