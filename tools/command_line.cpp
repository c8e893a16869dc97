#include "tools/command_line.h"

#include <utility>

#include "tools/command_groups.h"
#include "tools/commands_describe.h"
#include "tools/keeping.h"

namespace koinon {

CLI::App* command(CLI::App& app, CommandLine& line, const std::string& name, const std::string& help,
                  Action action) {
  CLI::App* sub = app.add_subcommand(name, help);
  sub->fallthrough();
  sub->callback([&line, action = std::move(action)] { line.action = action; });
  return sub;
}

void add_paging(CLI::App* sub, CommandLine& line, const std::string& limit) {
  auto* all = sub->add_flag("--all", line.list.paging.all, "all pages, as one");
  sub->add_option("--limit", line.list.paging.limit, limit)->excludes(all);
  sub->add_option("--after", line.list.paging.after, "go on behind a page: what it said is next");
}

namespace {

void add_ref_option(CLI::App* sub, CommandLine& line, const std::string& role) {
  std::string option = "--" + role;
  std::replace(option.begin(), option.end(), '_', '-');
  sub->add_option_function<std::vector<std::string>>(
         option,
         [&line, role](const std::vector<std::string>& refs) {
           for (const auto& ref : refs) line.note.refs.push_back({role, ref});
         },
         "CITY/NUMBER of the record; may be given again")
      ->allow_extra_args(false);
}

void add_any_topic(CLI::App* sub, CommandLine& line) {
  sub->add_flag("--any-topic", line.note.any_topic, "publish even if a topic looks mistyped");
}

void add_note_options(CLI::App* sub, CommandLine& line) {
  sub->add_option("--language", line.note.language, "BCP 47 tag, such as en or ko");
  sub->add_option("--office", line.note.office, "the office that speaks");
  sub->add_option("--person", line.note.person, "the person that speaks");
  sub->add_option("--topic", line.note.topics, "a topic; may be given again")->allow_extra_args(false);
  sub->add_option("--to", line.note.to, "a city that it is addressed to; may be given again")
      ->allow_extra_args(false);
  sub->add_flag("--again", line.note.again, "publish even if the same note stands already");
  add_any_topic(sub, line);
}

void add_node_commands(CLI::App& app, CommandLine& line) {
  auto* init =
      command(app, line, "init", "make a node", [&line] { return run_init(line.common, line.init); });
  init->add_option("--name", line.init.name, "the city's name, like a domain: seoul.example")->required();
  init->add_option("--display-name", line.init.display_name, "the city's name as people write it")
      ->required();
  init->add_option("--language", line.init.language, "the office's language (en)");
  init->add_option("--type", line.init.type, "city, region, network, national or community (city)")
      ->check(CLI::IsMember({"city", "region", "network", "national", "community"}));
  init->add_option("--country", line.init.country, "ISO 3166 code, such as KR");
  init->add_option(
      "--print", line.init.print,
      "write the recovery words as a page to print into this new file, and do not show them; - for "
      "standard output");
  init->add_flag("--observer", line.init.observer, "follow and read, without a log of its own");
  init->add_option(
      "--signing-mark", line.init.mark,
      "folder in memory (tmpfs) for the mark of what was signed last; as signing.mark of koinond");
  init->add_option(
      "--store", line.init.store,
      "the PostgreSQL server for store and office, as store.url of koinond, which is written into "
      "the configuration (files in the data folder)");
  init->add_option("--signing-mark-etcd", line.init.mark_etcd,
                   "addresses of etcd for that mark, with commas between them; as signing.mark_etcd of "
                   "koinond")
      ->delimiter(',')
      ->allow_extra_args(false);
  init->add_option("--passphrase-file", line.init.passphrase_file,
                   "seals the key files with the passphrase in this file");
  command(app, line, "id", "the line that another city needs to peer with this one", [&line] {
    return run_id(line.common, line.vkey);
  })->add_flag("--vkey", line.vkey, "the verifier key of this city's log in its place");
  command(app, line, "status", "how the node is", [&line] { return run_status(line.common); });
  auto* check =
      command(app, line, "check", "a monitoring plugin: exit 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN",
              [&line] { return run_check(line.common, line.seconds, line.exit_code); });
  check
      ->add_option("--timeout", line.seconds,
                   "seconds until it is CRITICAL that koinond does not answer (10)")
      ->check(CLI::Range(1, 3600));
  auto* doctor = command(app, line, "doctor", "what is wrong here, why it matters, and what to do",
                         [&line] { return run_doctor(line.common, line.offline, line.exit_code); });
  doctor->add_flag("--offline", line.offline, "look nothing up, and dial nobody");
  auto* witness = command(app, line, "witness", "the key of the witness for logs of other systems",
                          [&line] { return run_witness(line.common, line.anew); });
  witness->add_flag("--new", line.anew,
                    "forget it, with koinond stopped; the next start makes another key, under another name");
  command(app, line, "cities", "the cities that are trusted, and by which path",
          [&line] { return run_cities(line.common); });
  auto* clock = command(app, line, "clock", "the time that the node goes by, and what contradicts it",
                        [&line] { return run_clock(line.common, line.yes); });
  clock->add_flag("--is-right", line.yes, "say that this machine's clock is right, so that signing goes on");
  auto* sign = command(app, line, "sign", "let this node sign without some answers of its peers",
                       [&line] { return run_sign(line.common, line.without, line.alone); });
  sign->add_option("--without", line.without,
                   "peers that are not waited for until they return: names or node keys");
  sign->add_flag("--alone", line.alone, "nobody else ever held entries of our log that are missing here");
  command(app, line, "reindex", "rebuild the search index from the store",
          [&line] { return run_reindex(line.common); });
  CLI::App* peer = app.add_subcommand("peer", "the nodes that this one exchanges with");
  peer->fallthrough()->require_subcommand(1);
  auto* add = command(*peer, line, "add", "pin a node by the line of its `koinon id`",
                      [&line] { return run_peer_add(line.common, line.line, !line.no_vouch); });
  add->add_option("line", line.line, "VKEY@HOST:PORT#NODEKEY, or observer#NODEKEY")->required();
  add->add_flag("--no-vouch", line.no_vouch, "do not publish that we know this city");
  const auto which = [&line](CLI::App* sub) {
    sub->add_option("peer", line.line, "its city; of several that are called so, its node key")->required();
    return sub;
  };
  which(command(*peer, line, "pause", "exchange nothing with a node until it is resumed; it stays pinned",
                [&line] { return run_peer_pause(line.common, line.line, true); }));
  which(command(*peer, line, "resume", "exchange with it again",
                [&line] { return run_peer_pause(line.common, line.line, false); }));
  which(command(*peer, line, "address", "dial a node at another address from now on",
                [&line] { return run_peer_address(line.common, line.line, line.which); }))
      ->add_option("address", line.which, "HOST:PORT; empty: it dials us")
      ->required();
  auto* remove = command(*peer, line, "remove", "unpin a node",
                         [&line] { return run_peer_remove(line.common, line.line); });
  which(remove);
  command(*peer, line, "list", "who is pinned, and whether they are connected",
          [&line] { return run_peer_list(line.common); });
  command(app, line, "peers", "the same as peer list", [&line] { return run_peer_list(line.common); });
}

void add_config_commands(CLI::App& app, CommandLine& line) {
  CLI::App* config = app.add_subcommand("config", "the configuration of koinond");
  config->fallthrough()->require_subcommand(1);
  command(*config, line, "default", "print a koinond.toml with every key and its default, behind #",
          [&line] { return run_config_default(line.common); });
}

void add_invite_commands(CLI::App& app, CommandLine& line) {
  auto* invite = command(app, line, "invite", "a line that makes another city a peer, once",
                         [&line] { return run_invite(line.common, line.invite); });
  invite->add_option("--for", line.invite.expects, "the name that may join; it is vouched for once it has");
  invite->add_option("--address", line.invite.address, "HOST:PORT at which this node is reached");
  invite->add_option("--hours", line.invite.hours, "how long it may be used (two weeks)")
      ->check(CLI::Range(1, 8760));
  invite->add_flag("--no-qr", line.invite.no_qr, "do not draw the QR code");
  auto* invites = command(app, line, "invites", "invites that may still be used",
                          [&line] { return run_invites(line.common, line.line); });
  invites->add_option("--revoke", line.line, "the id of one that nobody may use any more");
  auto* join = command(app, line, "join", "become the peer of a city that sent an invite",
                       [&line] { return run_join(line.common, line.line, !line.no_vouch, line.yes); });
  join->add_option("line", line.line, "the whole line")->required();
  join->add_flag("--no-vouch", line.no_vouch, "do not publish that we know this city");
  join->add_flag("--yes", line.yes, "without asking whether the name is the right one");
}

void add_policy_commands(CLI::App& app, CommandLine& line) {
  auto* subscribe =
      command(app, line, "subscribe", "which topics' notes are wanted; without a topic: which are",
              [&line] { return run_subscribe(line.common, line.topic, line.only); });
  subscribe->add_option("topic", line.topic, "a topic, with everything below it; all for every one");
  subscribe->add_flag("--only", line.only, "this topic and no other; the notes of others are released");
  auto* unsubscribe = command(app, line, "unsubscribe", "a topic's notes are no longer wanted, and released",
                              [&line] { return run_unsubscribe(line.common, line.topic); });
  unsubscribe->add_option("topic", line.topic, "as it was subscribed to")->required();
  auto* vouch = command(app, line, "vouch", "publish that this city knows another",
                        [&line] { return run_vouch(line.common, line.line, line.undo); });
  vouch->add_option("city", line.line, "its name, or its log id")->required();
  vouch->add_flag("--withdraw", line.undo, "take the vouch back");
  auto* block = command(app, line, "block", "take and relay nothing of a city, whoever vouches for it",
                        [&line] { return run_block(line.common, line.line, line.undo); });
  block->add_option("city", line.line, "its name, or its log id")->required();
  block->add_flag("--undo", line.undo, "no longer");
  command(app, line, "rotate-key", "make a new signing key; the old one signs that, and nothing after it",
          [&line] { return run_rotate_key(line.common); });
  auto* node_key =
      command(app, line, "rotate-node-key", "name a new node key, which is used once all peers know it",
              [&line] { return run_rotate_node_key(line.common, line.now); });
  node_key->add_flag("--now", line.now, "use it from the next start on, whoever knows it by then");
  command(app, line, "rotate-cosigner-key", "make a new key to cosign with",
          [&line] { return run_rotate_cosigner_key(line.common); });
  auto* words = command(app, line, "change-recovery-words",
                        "make new recovery words; the old ones sign that, and count no more",
                        [&line] { return run_change_recovery_words(line.common, line.recovery_words); });
  words
      ->add_option("--words-file", line.recovery_words.words_file,
                   "the file with the old words; - for standard input")
      ->required();
  words->add_option(
      "--print", line.recovery_words.print,
      "write the new words as a page to print into this new file, and do not show them; - for standard "
      "output");
  words->add_flag("--yes", line.recovery_words.yes, "without asking whether the new words are written down");
  auto* withdraw = command(app, line, "withdraw", "take back a record of this city",
                           [&line] { return run_withdraw(line.common, line.ref, line.reason, line.erase); });
  withdraw->add_option("ref", line.ref, "CITY/NUMBER")->required();
  withdraw->add_option("--reason", line.reason, "why");
  withdraw->add_flag("--erase", line.erase,
                     "ask every node to delete the note, not only to mark it; each keeps it unread for a "
                     "while (erase.grace_hours)");
  auto* explain = command(app, line, "explain", "why a record or a city is here, or what stands in the way",
                          [&line] { return run_explain(line.common, line.ref); });
  explain->add_option("what", line.ref, "CITY/NUMBER, or CITY")->required();
}

void add_publishing_commands(CLI::App& app, CommandLine& line) {
  const auto publish = [&line] { return run_publish(line.common, line.note); };
  auto* file = command(app, line, "publish", "sign and publish a note", publish);
  file->add_option("file", line.note.file, "Markdown with TOML front matter; - for standard input")
      ->required();
  // Each is taken as it comes: a picture's words stand behind it.
  file->add_option_function<std::string>(
          "--attach",
          [&line](const std::string& path) {
            line.note.attach.push_back({path, ""});
          },
          "a file that goes with the note; may be given again")
      ->trigger_on_parse();
  file->add_option_function<std::string>(
          "--alt",
          [&line](const std::string& alt) {
            auto& files = line.note.attach;
            const bool follows = !files.empty() && files.back().alt.empty();
            follows ? void(files.back().alt = alt) : files.push_back({"", alt});
          },
          "what the picture before it shows, in words, for those who do not see it")
      ->trigger_on_parse();
  file->add_flag("--dry-run", line.note.dry, "only say what would be signed, and what stands in the way");
  add_note_options(file, line);
  for (const auto* role :
       {"derives_from", "revises", "translates", "adopts", "about", "answers", "points_to"}) {
    add_ref_option(file, line, role);
  }
  CLI::App* profile = app.add_subcommand("profile", "what a city says of itself");
  profile->fallthrough()->require_subcommand(1);
  command(*profile, line, "show", "the latest, as a file that may be changed and set", [&line] {
    return run_profile(line.common, line.line);
  })->add_option("city", line.line, "its name; else this city's");
  auto* set = command(*profile, line, "set", "publish a file as this city's profile, in place of the latest",
                      [&line] { return run_profile_set(line.common, line.note); });
  set->add_option("file", line.note.file, "as profile show prints one; - for standard input")->required();
  set->add_flag("--dry-run", line.note.dry, "only say what would be signed, and what stands in the way");
  add_any_topic(set, line);
  const auto reply = [&](const std::string& name, const std::string& kind, const std::string& role,
                         const std::string& help) {
    auto* sub = command(app, line, name, help, [&line, kind, role, publish]() -> Status {
      line.note.kind = kind;
      if (!line.ref.empty()) line.note.refs.push_back({role, line.ref});
      return publish();
    });
    sub->add_option("--file", line.note.file, "the note as a file");
    sub->add_option("--text", line.note.text, "the note as text");
    sub->add_option("--title", line.note.title, "its title");
    sub->add_flag("--dry-run", line.note.dry, "only say what would be signed, and what stands in the way");
    add_note_options(sub, line);
    return sub;
  };
  auto* adopt = reply("adopt", "adoption", "adopts", "say that this city tries or has adopted a practice");
  adopt->add_option("ref", line.ref, "the practice: CITY/NUMBER")->required();
  adopt->add_option("--stage", line.note.stage, "trying, adopted, adapted or stopped");
  adopt->add_option("--outcome", line.note.outcome,
                    "worked, partly, did-not or too-early; what failed helps others, too");
  auto* ask = reply("ask", "question", "about", "ask all cities, or some");
  ask->add_option("--about", line.ref, "the record that it is about");
  ask->add_option("--urgency", line.note.urgency, "days, weeks or months");
  auto* propose = reply("propose", "proposal", "proposes_to", "propose to change a note of another city");
  propose->add_option("ref", line.ref, "the note: CITY/NUMBER")->required();
  propose->add_option("--section", line.note.section,
                      "the field that it would change: solution, results, lessons …");
  propose->add_option("--instead-of", line.note.instead_of, "the words that would go, as they stand there");
  propose->add_option("--reason", line.note.reason, "why");
  auto* decline = reply("decline", "proposal-reply", "answers", "decline a proposal");
  decline->add_option("ref", line.ref, "the proposal: CITY/NUMBER")->required();
  auto* answer = reply("answer", "answer", "answers", "answer a question");
  answer->add_option("ref", line.ref, "the question: CITY/NUMBER")->required();
  add_ref_option(answer, line, "points_to");
}

void add_reading_commands(CLI::App& app, CommandLine& line) {
  const auto add_filters = [&line](CLI::App* sub) {
    sub->add_option("--topic", line.list.topic, "only this topic and those below it");
    sub->add_option("--city", line.list.city, "only this city");
    sub->add_option("--kind", line.list.kind, "practice, adoption, question, answer, profile …");
    sub->add_option("--since", line.list.since, "only what came here at this time or day, or later");
    add_paging(sub, line, "how many at most (100)");
  };
  add_filters(command(app, line, "list", "what is held, newest first",
                      [&line] { return run_list(line.common, line.list); }));
  auto* search = command(app, line, "search", "find notes by their words", [&line] {
    for (const auto& word : line.words) line.list.words += (line.list.words.empty() ? "" : " ") + word;
    return run_list(line.common, line.list);
  });
  search
      ->add_option("words", line.words,
                   "every one must occur; a final * asks for a beginning; -WORD must not occur; A OR B")
      ->required();
  add_filters(search);
  auto* show = command(app, line, "show", "one record",
                       [&line] { return run_show(line.common, line.ref, line.format); });
  show->add_option("ref", line.ref, "CITY/NUMBER")->required();
  show->add_option("--format", line.format, "text, md or json")->check(CLI::IsMember({"text", "md", "json"}));
  auto* attachment =
      command(app, line, "attachment", "the files of a record; with a name: fetch one and write it out",
              [&line] { return run_attachment(line.common, line.ref, line.which, line.file); });
  attachment->add_option("ref", line.ref, "CITY/NUMBER")->required();
  attachment->add_option("name", line.which, "its name, or its SHA-256");
  attachment->add_option("-o,--output", line.file, "the file to write; - for standard output");
  auto* watch = command(app, line, "watch", "what comes in, as it comes",
                        [&line] { return run_watch(line.common, line.topic, line.after, line.count); });
  watch->add_option("--topic", line.topic, "only this topic and those below it");
  watch->add_option("--after", line.after, "begin after this arrival number; 0: from the first");
  watch->add_option("--count", line.count, "end after so many");
}

void add_proof_commands(CLI::App& app, CommandLine& line) {
  auto* prove = command(app, line, "prove", "write a proof that anyone can check",
                        [&line] { return run_prove(line.common, line.ref, line.file); });
  prove->add_option("ref", line.ref, "CITY/NUMBER")->required();
  prove->add_option("-o,--output", line.file, "the file to write; the note goes beside it as FILE.body")
      ->required();
  auto* verify = command(app, line, "verify", "check a proof, without a node or a network",
                         [&line] { return run_verify(line.common, line.verify); });
  verify->add_option("file", line.verify.file, "the proof; the note is read from FILE.body")->required();
  auto* known = verify->add_option_group("Who may have signed", "one of these at least");
  known->add_option("--vkey", line.verify.vkey, "the city's verifier key");
  known->add_option("--policy", line.verify.policy,
                    "a tlog-policy: its quorum must have cosigned, and its logs may stand for --vkey");
  known->require_option(1, 0);
  verify->add_option("--leaf", line.verify.leaf,
                     "the bytes of the entry, for a proof of another system that does not carry them");
  auto* policy = command(app, line, "policy", "write whose cosignatures make a proof good (tlog-policy)",
                         [&line] { return run_policy(line.common, line.policy); });
  policy->add_option("city", line.policy.city,
                     "for this city's log alone; else for those of all trusted cities");
  policy->add_option("-o,--output", line.policy.file, "the file to write; else standard output");
  policy
      ->add_option("--quorum", line.policy.quorum,
                   "how many must have signed, 15 at most; else more than half")
      ->check(CLI::PositiveNumber);
  policy->add_flag("--countries", line.policy.countries,
                   "count countries, each of which has signed if more than half of its cities have");
  auto* evidence = command(app, line, "evidence", "write the evidence that a city signed two histories",
                           [&line] { return run_evidence(line.common, line.line, line.file); });
  evidence->add_option("city", line.line, "its name, or its log id")->required();
  evidence->add_option("-o,--output", line.file, "the file to write")->required();
  command(app, line, "thaw", "let the log of a city that signed two histories go on, on this node alone",
          [&line] { return run_thaw(line.common, line.line); })
      ->add_option("city", line.line, "its name, or its log id")
      ->required();
  auto* check = command(app, line, "verify-evidence", "check such evidence, without a node or a network",
                        [&line] { return run_verify_evidence(line.common, line.file); });
  check->add_option("file", line.file, "the evidence")->required();
}

void add_audit_command(CLI::App& app, CommandLine& line) {
  auto* audit =
      command(app, line, "audit-log", "follow a log from outside, without a node: is it still true?",
              [&line] { return run_audit_log(line.common, line.audit, line.exit_code_of_errors); });
  audit->add_option("url", line.audit.url, "where the log is: https://city.example/log/LOGID")->required();
  audit
      ->add_option("--vkey", line.audit.vkeys,
                   "its verifier key; may be given again, for a log that has changed its key")
      ->required()
      ->allow_extra_args(false);
  audit->add_option("--policy", line.audit.policy, "a tlog-policy file: who must have cosigned its heads");
  audit
      ->add_option("--quorum-minutes", line.audit.quorum_minutes,
                   "for how long its heads may lack cosignatures (60)")
      ->check(CLI::Range(0, 525600));
  audit->add_option("--origin", line.audit.origin,
                    "the first line of its heads, where that is not the key's name");
  audit->add_option("--state", line.audit.state,
                    "the file that keeps its place ($XDG_STATE_HOME/koinon/audit/…)");
  // What it does without it; a crontab may say so.
  auto* once = audit->add_flag("--once")->description("one pass, then end (the default)");
  audit->add_option("--follow", line.audit.follow, "go on, with so many seconds between two passes")
      ->check(CLI::Range(1, 86400))
      ->excludes(once);
  audit->add_flag("--whole", line.audit.whole, "read all entries anew, not only those that are new");
}

void add_site_command(CLI::App& app, CommandLine& line) {
  auto* site = command(app, line, "export-site",
                       "write what the node shows to the public as files, for any web server",
                       [&line] { return run_export_site(line.common, line.site); });
  site->add_option("folder", line.site.folder, "where the site is made; the next time only what has changed")
      ->required();
  site->add_option("--url", line.site.url,
                   "the address at which the site is read, such as https://notes.seoul.example (http.url)");
  site->add_option("--node", line.site.node,
                   "the address of a node that answers what files cannot: searches, and people who log in; "
                   "without it such links are left out");
  site->add_option("--language", line.site.language,
                   "of the pages whose address names no language (en); the others stand below /ko/, /it/, …");
  site->add_flag("--whole", line.site.whole, "make all pages anew, and write those that are others now");
  site->add_option(
          "--threads", line.site.threads,
          "how many threads make pages (as many as there are cores, up to 8); each takes some memory")
      ->check(CLI::Range(1U, 64U));
}

}  // namespace

void add_commands(CLI::App& app, CommandLine& line) {
  add_node_commands(app, line);
  add_config_commands(app, line);
  add_invite_commands(app, line);
  add_policy_commands(app, line);
  add_publishing_commands(app, line);
  add_call_commands(app, line);
  add_reading_commands(app, line);
  add_proof_commands(app, line);
  add_audit_command(app, line);
  add_site_command(app, line);
  add_office_commands(app, line);
  add_keeping_commands(app, line.common, line.action);
  add_store_commands(app, line.common, line.action);
  add_describe_command(app, line);
}

}  // namespace koinon
