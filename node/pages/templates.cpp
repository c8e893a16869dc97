#include "node/pages/templates.h"

#include <charconv>
#include <vector>

#include <boost/json.hpp>
#include <kainjow/mustache.hpp>

#include "node/pages/embedded.h"
#include "node/text/plain_text.h"

namespace koinon {
namespace json = boost::json;
namespace mustache = kainjow::mustache;
namespace {

constexpr int kDeepestPartial = 8;
constexpr std::string_view kMarkup = "_html";

// Markup stands aside while a template is filled, so that it is not copied by each step of that. Its place is
// held by its number between two of a control character that no other text has.
constexpr char kMark = '\x01';

class Markup {
 public:
  std::string put(std::string_view text) { return put(Piece{text, false}); }
  // What a template has rendered: it has places of its own.
  std::string put_rendered(std::string_view text) { return put(Piece{text, true}); }
  std::string filled(std::string_view page) const {
    std::size_t size = page.size();
    for (const auto& piece : pieces_) size += piece.text.size();
    std::string out;
    out.reserve(size);
    fill(out, page);
    return out;
  }

 private:
  struct Piece {
    std::string_view text;  // of the model, or of a page, which outlive this
    bool rendered = false;
  };

  std::string put(Piece piece) {
    pieces_.push_back(piece);
    return kMark + std::to_string(pieces_.size() - 1) + kMark;
  }
  void fill(std::string& out, std::string_view page) const {
    while (true) {
      const auto begin = page.find(kMark);
      out += page.substr(0, begin);
      if (begin == std::string_view::npos) return;
      const auto end = page.find(kMark, begin + 1);
      std::size_t number = pieces_.size();
      (void)std::from_chars(page.data() + begin + 1, page.data() + end, number);
      if (number < pieces_.size()) {
        const Piece& piece = pieces_[number];
        if (piece.rendered) {
          fill(out, piece.text);
        } else {
          out += piece.text;
        }
      }
      page.remove_prefix(end + 1);
    }
  }

  std::vector<Piece> pieces_;
};

mustache::data data_of(const json::value& value, bool markup, Markup& aside);

// Made in its place: the library's own constructors copy a list or an object with all that is within.
mustache::data data_of(const json::object& object, Markup& aside) {
  mustache::data out;
  for (const auto& item : object)
    out[std::string(item.key())] =
        data_of(item.value(), std::string_view(item.key()).ends_with(kMarkup), aside);
  return out;
}

mustache::data data_of(const json::array& array, Markup& aside) {
  mustache::data out(mustache::data::type::list);
  // The library gives a list to be read alone; this one is ours, and is not const.
  auto& list = const_cast<mustache::list&>(out.list_value());
  list.reserve(array.size());
  for (const auto& item : array) list.push_back(data_of(item, false, aside));
  return out;
}

// A text that is empty is nothing: sections of it are left out.
mustache::data data_of(const json::value& value, bool markup, Markup& aside) {
  switch (value.kind()) {
    case json::kind::object:
      return data_of(value.get_object(), aside);
    case json::kind::array:
      return data_of(value.get_array(), aside);
    case json::kind::string: {
      const std::string_view text(value.get_string());
      if (text.empty()) return mustache::data(false);
      return mustache::data(markup ? aside.put(text) : plain_text(text));
    }
    case json::kind::bool_:
      return mustache::data(value.get_bool());
    case json::kind::null:
      return mustache::data(false);
    default:
      return mustache::data(json::serialize(value));
  }
}

// Most texts need no escape.
std::string escaped(const std::string& text) {
  return text.find_first_of("&<>\"'") == std::string::npos ? text : mustache::html_escape(text);
}

// What the library writes to, in place of a stream.
class TextOutput {
 public:
  TextOutput& operator<<(const std::string& text) {
    out_ += text;
    return *this;
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

// The file's text with other templates' in place of {{> name}}.
Result<std::string> whole_text(const std::string& name, int depth) {
  const auto file = embedded_file("templates/" + name + ".mustache");
  if (!file || depth > kDeepestPartial) return fail(Code::kInternal, "there is no such template", name);
  std::string out;
  std::string_view left = *file;
  while (true) {
    const auto begin = left.find("{{> ");
    out += left.substr(0, begin);
    if (begin == std::string_view::npos) return out;
    const auto end = left.find("}}", begin);
    if (end == std::string_view::npos) return fail(Code::kInternal, "a partial is not closed", name);
    KOINON_ASSIGN(const std::string part,
                  whole_text(std::string(left.substr(begin + 4, end - begin - 4)), depth + 1));
    out += part;
    left.remove_prefix(end + 2);
  }
}

std::string translated(std::string_view text, const Catalogue& language) {
  std::string out;
  while (true) {
    const auto begin = text.find("[[");
    const auto end = begin == std::string_view::npos ? begin : text.find("]]", begin);
    out += text.substr(0, end == std::string_view::npos ? text.size() : begin);
    if (end == std::string_view::npos) return out;
    out += html_escaped(language.text(std::string(text.substr(begin + 2, end - begin - 2))));
    text.remove_prefix(end + 2);
  }
}

}  // namespace

struct Templates::Parsed {
  explicit Parsed(const std::string& text) : page(text) { page.set_custom_escape(escaped); }
  // A member is looked for in the last of these first.
  std::string render(const std::vector<const mustache::data*>& models) {
    mustache::context<std::string> context;
    for (const auto* model : models) context.push(model);
    TextOutput out;
    page.render(context, out);
    return out.take();
  }
  mustache::mustache page;
};

Templates::Templates() = default;
Templates::~Templates() = default;

Result<Templates::Parsed*> Templates::parsed(const std::string& name, const Catalogue& language) {
  auto& slot = parsed_[{name, language.tag()}];
  if (slot == nullptr) {
    KOINON_ASSIGN(const std::string text, whole_text(name, 0));
    auto made = std::make_unique<Parsed>(translated(text, language));
    if (!made->page.is_valid()) return fail(Code::kInternal, made->page.error_message(), name);
    slot = std::move(made);
  }
  return slot.get();
}

Result<std::string> Templates::render(const std::string& name, const Catalogue& language,
                                      const json::object& model) {
  KOINON_ASSIGN(Parsed * page, parsed(name, language));
  Markup aside;
  const mustache::data data = data_of(model, aside);
  return aside.filled(page->render({&data}));
}

Result<std::string> Templates::render_within(const std::string& frame, const std::string& name,
                                             const Catalogue& language, const json::object& model,
                                             const json::object& shared) {
  KOINON_ASSIGN(Parsed * page, parsed(name, language));
  KOINON_ASSIGN(Parsed * around, parsed(frame, language));
  Markup aside;
  mustache::data both = data_of(shared, aside);
  const mustache::data own = data_of(model, aside);
  const std::string content = page->render({&both, &own});
  both["content_html"] = mustache::data(aside.put_rendered(content));
  return aside.filled(around->render({&both}));
}

}  // namespace koinon
