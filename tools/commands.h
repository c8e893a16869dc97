// The commands of `koinon`. Each returns an error for main to print on one line.
#pragma once

#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "proto/base/result.h"
#include "tools/paging.h"

namespace koinon {

class ApiClient;

// Options of every command.
struct Common {
  std::string data;
  std::string config;  // the configuration of its koinond, where somebody names it
  bool json = false;
};
// Writes the API's answer as it is where JSON is asked for, else the text.
Status show_answer(const Common& common, const boost::json::value& answer, const std::string& text);
// What an answer warns of, on standard error; JSON has it in itself.
void show_warnings(const Common& common, const boost::json::value& answer);
// The error of a command that makes a node: unlike with koinond, nothing goes on by itself once a full disk
// has room.
Error to_run_again(Error error);
// How a node that was just made in `data` is started. `passphrase_file`: that was named; empty: none was.
std::string start_command(const std::string& data, const std::string& passphrase_file);
// Where the first operator of a node that was just made sets a password, with the one-time `code`: at the
// address that the configuration of its koinond names.
std::string welcome_link(const Common& common, const std::string& code);

// commands_config.cpp A koinond.toml with every key and its default, behind #.
Status run_config_default(const Common& common);

struct InitArguments {
  std::string name;
  std::string display_name;
  std::string language = "en";
  std::string type = "city";
  std::string country;
  std::string passphrase_file;
  std::string mark;                    // folder of the mark; empty: the default
  std::vector<std::string> mark_etcd;  // addresses of etcd, which has the mark instead; may be empty
  std::string store;                   // the server for the store; empty: as the configuration says
  std::string print;  // the file for the page with the recovery words, - for standard output; empty: none
  bool observer = false;
};
// commands_init.cpp
Status run_init(const Common& common, const InitArguments& arguments);

// commands_proof.cpp
Status run_prove(const Common& common, const std::string& ref, const std::string& file);

struct VerifyArguments {
  std::string file;    // a tlog-proof; the note and the keys of its log stand beside it
  std::string vkey;    // of the log; empty: the policy says it
  std::string policy;  // a file, tlog-policy, whose quorum must be met; empty: none
  std::string leaf;    // a file with the entry's bytes; empty: the proof carries them
};
// commands_verify.cpp Without a node or a network.
Status run_verify(const Common& common, const VerifyArguments& arguments);

// commands_evidence.cpp The evidence that a city signed two histories, and the word that its log goes on
// here.
Status run_evidence(const Common& common, const std::string& city, const std::string& file);
Status run_thaw(const Common& common, const std::string& city);
Status run_verify_evidence(const Common& common, const std::string& file);

struct AuditLogArguments {
  std::string url;                 // the log's prefix
  std::vector<std::string> vkeys;  // at least one
  std::string policy;              // a tlog-policy file; empty: cosignatures are not looked at
  std::string origin;              // the first line of its heads; empty: the name of the key
  std::string state;               // empty: a file below $XDG_STATE_HOME
  int follow = 0;                  // seconds between two passes; 0: one pass
  int quorum_minutes = -1;         // for which heads may lack cosignatures; -1: limits::kAuditQuorumWait
  bool whole = false;              // reads all entries, not only those that are new
};
// commands_audit.cpp `exit_code`: with which an error ends the program. 1 is only for what is wrong with the
// log.
Status run_audit_log(const Common& common, const AuditLogArguments& arguments, int& exit_code);

struct ExportSiteArguments {
  std::string folder;    // where the site is
  std::string url;       // its address; empty: http.url of the node
  std::string node;      // the address of a node that answers what files cannot; empty: none
  std::string language;  // of the pages whose address names none; empty: en
  bool whole = false;    // makes all pages anew
  unsigned threads = 0;  // that make pages; 0: as many as there are cores, up to eight
};
// commands_export_site.cpp The public face of the node as files.
Status run_export_site(const Common& common, const ExportSiteArguments& arguments);

// The line that another city pins, alone on standard output; `vkey`: the verifier key of the log in its
// place.
Status run_id(const Common& common, bool vkey);
// As GET /api/v1/id, of a node that is stopped too.
Result<boost::json::value> read_id(const Common& common);
Status run_status(const Common& common);
// commands_check.cpp A monitoring plugin: one line, and an exit code from 0 (OK) to 3 (UNKNOWN). It ends
// after so many seconds at the latest.
Status run_check(const Common& common, int seconds, int& exit_code);
// commands_doctor.cpp What is wrong with the node, whether it runs or not. Exit code 1: something is.
// `offline`: nothing is looked up or dialled.
Status run_doctor(const Common& common, bool offline, int& exit_code);
// commands_witness.cpp The witness for other systems. `anew`: forgets it, on the data folder of a node that
// does not run; the next start makes another one.
Status run_witness(const Common& common, bool anew);
Status run_cities(const Common& common);
// The other node keys with which a city is pinned that was just pinned, and what to do; empty: there is none.
std::string render_other_node_keys(const boost::json::value& pinned);
Status run_peer_add(const Common& common, const std::string& line, bool vouch);
Status run_peer_remove(const Common& common, const std::string& which);
Status run_peer_list(const Common& common);
// `paused`: the session ends, and there is no other until it is resumed.
Status run_peer_pause(const Common& common, const std::string& which, bool paused);
// `address`: HOST:PORT; empty: it dials us.
Status run_peer_address(const Common& common, const std::string& which, const std::string& address);

// commands_invites.cpp
struct InviteArguments {
  std::string expects;  // the name that may join
  std::string address;  // HOST:PORT in place of the node's own
  int hours = 0;        // 0: two weeks
  bool no_qr = false;
};
Status run_invite(const Common& common, const InviteArguments& arguments);
// Lists the invites that may still be used, or revokes one by its id.
Status run_invites(const Common& common, const std::string& revoke);
// `yes`: does not ask whether the name is the right one.
Status run_join(const Common& common, const std::string& line, bool vouch, bool yes);

// commands_held.cpp
// What an answer 202 says: that it is kept, and what it waits for.
std::string render_kept(const boost::json::value& held);
// "; now it may not: WHY; after TIME fewer answers suffice"
std::string render_signing_waits(const boost::json::value& waits);
Status run_held(const Common& common);
Status run_held_release(const Common& common, const std::string& id);
Status run_held_drop(const Common& common, const std::string& id);
// What is paused since the node was put back to an earlier state.
Status run_paused(const Common& common);
Status run_paused_release(const Common& common, const std::string& id, bool all);

// commands_keys.cpp
Status run_rotate_key(const Common& common);
// `now`: the next start shows it, whoever knows it by then.
Status run_rotate_node_key(const Common& common, bool now);
Status run_rotate_cosigner_key(const Common& common);

struct WordsArguments {
  std::string words_file;  // the old words; - for standard input
  std::string print;       // as in InitArguments: the new words
  bool yes = false;        // does not ask whether the new ones are written down
};
// commands_words.cpp
Status run_change_recovery_words(const Common& common, const WordsArguments& arguments);

struct PolicyArguments {
  std::string city;        // a policy for its log alone; empty: for the logs of all trusted cities
  std::string quorum;      // how many must have signed; empty: more than half
  bool countries = false;  // the quorum counts countries
  std::string file;        // empty: standard output
};
// commands_cosigners.cpp
Status run_policy(const Common& common, const PolicyArguments& arguments);
// Of a proof that the node gave of a record, at this address: the cities whose cosignatures it has.
Result<boost::json::array> cosigners_of(const ApiClient& client, const std::string& target,
                                        const std::string& proof);
std::string render_cosigners(const boost::json::array& cosigners);

// commands_policy.cpp Without a topic it shows the subscriptions. `only`: this topic and no other.
Status run_subscribe(const Common& common, const std::string& topic, bool only);
Status run_unsubscribe(const Common& common, const std::string& topic);
Status run_vouch(const Common& common, const std::string& city, bool withdraw);
Status run_block(const Common& common, const std::string& city, bool undo);
Status run_withdraw(const Common& common, const std::string& ref, const std::string& reason, bool erase);
Status run_explain(const Common& common, const std::string& what);

struct ListArguments {
  std::string words;  // of a search
  std::string topic;
  std::string city;
  std::string kind;
  std::string since;
  Paging paging;
};
// commands_notes.cpp Of a node that is stopped too.
Status run_list(const Common& common, const ListArguments& arguments);
Status run_show(const Common& common, const std::string& ref, const std::string& format);
Status run_watch(const Common& common, const std::string& topic, const std::string& after, int count);
Status run_reindex(const Common& common);
Status run_clock(const Common& common, bool is_right);
Status run_sign(const Common& common, const std::vector<std::string>& without, bool alone);

// Arguments of the publishing commands: a file, or the parts that a file would have.
struct NoteArguments {
  std::string file;
  std::string kind;
  std::string text;
  std::string title;
  std::string language;
  std::string office;
  std::string person;
  std::string stage;
  std::string outcome;
  std::string urgency;
  std::string section;     // of a proposal
  std::string instead_of;  // of a proposal
  std::string reason;      // of a proposal
  std::vector<std::string> topics;
  std::vector<std::string> to;
  struct Ref {
    std::string role;  // a front matter key: derives_from
    std::string ref;
  };
  std::vector<Ref> refs;
  struct File {
    std::string path;  // empty: only `alt` was given
    std::string alt;   // what the picture shows
  };
  std::vector<File> attach;
  bool again = false;
  bool any_topic = false;  // also one that reads nearly like a listed one
  bool dry = false;        // only says what would be signed
};
// commands_attachments.cpp Gives files to the node. Returns them as a publish request names them.
Result<boost::json::array> upload_attachments(const Common& common,
                                              const std::vector<NoteArguments::File>& files);
// The same, and gives nothing.
Result<boost::json::array> named_attachments(const std::vector<NoteArguments::File>& files);
// `which` is a name or a digest; without it, lists the attachments. `output` is the file to write, - for
// standard output.
Status run_attachment(const Common& common, const std::string& ref, const std::string& which,
                      const std::string& output);

// commands_publishing.cpp A dry run fails where signing it would be refused.
Status run_publish(const Common& common, const NoteArguments& arguments);
// The latest profile of a city as a file; empty: our own.
Status run_profile(const Common& common, const std::string& city);
// Publishes the file as the profile that takes the place of the latest.
Status run_profile_set(const Common& common, NoteArguments arguments);

// commands_library.cpp `dry`: only says what would become of each row. Fails if any row is refused; the
// others are imported. `any_topic`: topics that read nearly like listed ones are taken, too.
Status run_import_practices(const Common& common, const std::string& from, bool dry, bool any_topic);
Status run_export_practices(const Common& common, const ListArguments& wanted, const std::string& format,
                            const std::string& output);

// commands_accounts.cpp
struct UserArguments {
  std::string name;
  std::string role;
  std::string office;
  std::string person;
  std::string email;
};
Status run_user_add(const Common& common, const UserArguments& user);
Status run_user_change(const Common& common, const UserArguments& user);
Status run_user_list(const Common& common);
Status run_user_remove(const Common& common, const std::string& name);
Status run_user_link(const Common& common, const std::string& name);
struct TokenArguments {
  std::string user;
  std::string scope;
  std::string label;
  std::string id;
  int days = 0;       // 0: until it is revoked
  bool feed = false;  // a personal feed address in place of a token
};
Status run_token_add(const Common& common, const TokenArguments& token);
Status run_token_list(const Common& common, const TokenArguments& token);
Status run_token_remove(const Common& common, const TokenArguments& token);
// commands_sending.cpp
Status run_webhook_add(const Common& common, const std::string& url, const std::string& topic);
Status run_webhook_list(const Common& common);
Status run_webhook_remove(const Common& common, const std::string& id);
// Has a message posted that tells of nothing, and waits for what becomes of the first attempt.
Status run_webhook_test(const Common& common, const std::string& id);
// Has a mail sent to this address that tells of nothing. An error says at which step the mail server did not
// take it, and what it said.
Status run_mail_test(const Common& common, const std::string& address);
// What became of the last messages: of a webhook, or of all; with `mail`, the mails.
Status run_deliveries(const Common& common, const std::string& webhook, bool mail);
// commands_worksheet.cpp What the office answered of a practice; `markdown`: as a file.
Status run_worksheet(const Common& common, const std::string& ref, bool markdown);
// commands_accounts.cpp
Status run_audit(const Common& common, const Paging& paging);
Status run_inbox(const Common& common, const Paging& paging);
// The adoptions of ours about which it is asked now, and what we said last of each.
Status run_follow_ups(const Common& common);
Status run_similar(const Common& common, const std::string& topic);

}  // namespace koinon
