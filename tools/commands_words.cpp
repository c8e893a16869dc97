// koinon change-recovery-words: new 24 words for the log of a node that runs. The old ones sign the statement
// that says so. Neither come near the node: it says what is to be signed, and takes the signed statement.
#include <iostream>
#include <optional>

#include <boost/json.hpp>
#include <unistd.h>

#include "crypto/mnemonic.h"
#include "crypto/statement.h"
#include "crypto/words_change.h"
#include "proto/base/clock.h"
#include "proto/base/encoding.h"
#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/paper_file.h"
#include "tools/recovery_words.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr const char* kRecoveryKey = "/api/v1/keys/recovery";
constexpr const char* kStatement = "/api/v1/keys/recovery/statement";
constexpr int kTries = 5;  // while the log grows under our hands

// --- what the node says ---

struct Wanted {
  std::string city;
  Statement statement;  // but for the new recovery key
  std::string signer;
  PublicKey recovery_key;  // of the words that count now
  json::array replaced;    // those of before
};

template <typename Fixed>
Result<Fixed> from_text(const json::value& object, std::string_view key) {
  const auto bytes = from_base64(member(object, key));
  if (bytes.ok() && bytes->size() == Fixed::kSize) return Fixed::from(*bytes);
  return fail(Code::kInternal, "the daemon's answer has not 32 bytes", std::string(key));
}

std::uint64_t number(const json::value& object, std::string_view key) {
  const auto* found = object.as_object().if_contains(key);
  boost::system::error_code error;
  const auto value = found == nullptr ? 0 : found->to_number<std::uint64_t>(error);
  return error ? 0 : value;
}

Result<Wanted> ask_what_to_sign(const ApiClient& client) {
  KOINON_ASSIGN(const json::value said, client.post_json(kStatement, json::object()));
  Wanted out;
  out.city = member(said, "name");
  out.signer = member(said, "signer");
  Statement& statement = out.statement;
  KOINON_ASSIGN(statement.log, parse_log_id(member(said, "log_id")));
  statement.sequence = number(said, "sequence");
  KOINON_ASSIGN(statement.before, from_text<Hash>(said, "before"));
  statement.size = TreeSize(number(said, "size"));
  KOINON_ASSIGN(statement.root, from_text<Hash>(said, "root"));
  KOINON_ASSIGN(statement.key, parse_vkey(member(said, "vkey")));
  KOINON_ASSIGN(out.recovery_key, from_text<PublicKey>(said, "recovery_key"));
  if (const auto* replaced = said.as_object().if_contains("replaced");
      replaced != nullptr && replaced->is_array())
    out.replaced = replaced->as_array();
  return out;
}

Status check_words(const SigningKey& old, const Wanted& wanted) {
  const PublicKey key = old.public_key();
  if (key == wanted.recovery_key) return {};
  for (const json::value& before : wanted.replaced) {
    if (member(before, "recovery_key") != to_base64(key.view())) continue;
    return fail(Code::kRefused, replaced_words_text(harmless(wanted.city), number(before, "statement")),
                "words");
  }
  return fail(Code::kRefused,
              "these are the recovery words of another log than that of " + harmless(wanted.city), "words");
}

// --- the new words ---

Error unchanged(const Error& error, const PaperFile& paper) {
  return fail(error.code,
              error.message + "; nothing was changed, and the old words count" + paper.of_nothing(),
              error.field);
}

// Before anything is sent: from then on either paper may be the one that counts, and both are at hand.
void show_words(const Common& common, const std::string& city, const std::string& words) {
  if (common.json) {
    std::cout << json::serialize(json::object{{"recovery_words", words}}) << std::endl;
    return;
  }
  std::cout << "These are the new recovery words of " << harmless(city)
            << ". Write them on paper now.\n"
               "They are shown this once and kept nowhere. The old ones count until the change is made; keep "
               "both until then.\n\n"
            << words_in_lines(words) << std::endl;
}

// As whoever reads the paper knows the city.
Result<std::string> display_name(const ApiClient& client, const Wanted& wanted) {
  KOINON_ASSIGN(const json::value city,
                client.get_json("/api/v1/cities/" + encode_segment(to_text(wanted.statement.log))));
  const std::string name = member(city, "display_name");
  return name.empty() ? wanted.city : name;
}

// Where it fails, nothing was changed.
Status print_words(const Common& common, const Wanted& wanted, const std::string& city,
                   const std::string& words, PaperFile& paper) {
  KOINON_TRY(paper.write({words, city, wanted.city, wanted.statement.log, system_clock().wall()}));
  if (common.json) {
    std::cout << json::serialize(json::object{{"recovery_paper", paper.path()}}) << std::endl;
    return {};
  }
  paper.talk() << "The new recovery words of " << harmless(wanted.city)
               << " are on a page, and are not shown. The old ones count until the change is made; keep both "
                  "until then.\n\n"
               << paper.told() << std::endl;
  return {};
}

// On paper or on the screen, and nowhere else.
Status hand_over(const Common& common, const ApiClient& client, const Wanted& wanted, const SigningKey& next,
                 PaperFile& paper) {
  std::string city;
  if (paper.is_wanted()) {
    KOINON_ASSIGN(city, display_name(client, wanted));
  }
  std::string words = seed_to_words(next.seed());
  Status done;
  if (paper.is_wanted()) {
    done = print_words(common, wanted, city, words, paper);
  } else {
    show_words(common, wanted.city, words);
  }
  wipe(words);
  return done.ok() ? done : Status(unchanged(done.error(), paper));
}

Status ask_whether_written(bool yes, const PaperFile& paper) {
  if (yes) return {};
  std::cerr << (paper.is_wanted() ? "Is it printed, with all 24 to be read?"
                                  : "Are they written down, all 24?")
            << " Then the old words end. [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == "y" || answer == "Y" || answer == "yes") return {};
  return fail(Code::kRefused, "nothing was changed: the old words count, and the new ones are of nothing" +
                                  paper.of_nothing());
}

// --- the change ---

Error unknown(const Error& error) {
  return fail(error.code,
              error.message +
                  "; which words count is not known now: keep both papers, start koinond again, and run this "
                  "again with the old words; where new ones count, it says so",
              error.field);
}

// The log may grow between what is asked and what is sent; then it is signed anew, with the same new words.
Result<json::value> change(const ApiClient& client, const SigningKey& old, const PublicKey& next,
                           const PaperFile& paper) {
  std::optional<Statement> sent;
  Error failed;
  for (int i = 0; i < kTries; ++i) {
    const auto wanted = ask_what_to_sign(client);
    if (!wanted.ok()) return sent ? unknown(failed) : unchanged(wanted.error(), paper);
    if (const Status right = check_words(old, *wanted); !right.ok()) {
      const Error& wrong = right.error();
      return fail(wrong.code, wrong.message + (sent ? "" : paper.of_nothing()), wrong.field);
    }
    if (sent == wanted->statement) break;
    sent = wanted->statement;
    Statement statement = *sent;
    statement.recovery_key = next;
    const Bytes note = sign_statement(statement, wanted->signer, old);
    auto done = client.post_json(kRecoveryKey, json::object{{"statement", note}});
    if (done.ok()) return done;
    failed = done.error();
    if (failed.code != Code::kRefused) return unknown(failed);
  }
  return unchanged(failed, paper);
}

}  // namespace

Status run_change_recovery_words(const Common& common, const WordsArguments& arguments) {
  KOINON_TRY(protect_secrets());
  KOINON_TRY(init_crypto());
  if (!arguments.yes && isatty(STDIN_FILENO) == 0)
    return fail(Code::kRefused,
                "say --yes to change the words without being asked whether the new ones are written down",
                "yes");
  KOINON_ASSIGN(const SigningKey old, read_recovery_words(arguments.words_file));
  KOINON_ASSIGN(PaperFile paper, PaperFile::take(common, arguments.print));
  const ApiClient client(common.data);
  KOINON_ASSIGN(const Wanted wanted, ask_what_to_sign(client));
  KOINON_TRY(check_words(old, wanted));
  const SigningKey next = SigningKey::generate();
  KOINON_TRY(hand_over(common, client, wanted, next, paper));
  KOINON_TRY(ask_whether_written(arguments.yes, paper));
  KOINON_ASSIGN(const json::value done, change(client, old, next.public_key(), paper));
  if (common.json) {
    std::cout << json::serialize(done) << "\n";
    return {};
  }
  paper.talk() << "The new words count, by statement " << number(done, "statement") << " of the log of "
               << harmless(wanted.city)
               << ". Nothing of it is void; a new key signs it.\n"
                  "Restart koinond now: until then it signs nothing.\n"
                  "Keep the old paper until a peer has followed: its page of your city says that the words "
                  "are new. Until then this node alone knows of them.\n"
                  "Then destroy it, and make a backup: backups from before have the old key.\n";
  return {};
}

}  // namespace koinon
