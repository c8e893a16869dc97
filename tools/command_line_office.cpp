// The commands of an office: accounts, what is sent to readers, what waits to be signed, its library.
#include "tools/command_groups.h"

namespace koinon {
namespace {

void add_account_commands(CLI::App& app, CommandLine& line) {
  CLI::App* user = app.add_subcommand("user", "who may use this node");
  user->fallthrough()->require_subcommand(1);
  const auto add_user_options = [&line](CLI::App* sub) {
    sub->add_option("name", line.user.name, "lower-case letters, digits and . - _ @")->required();
    sub->add_option("--role", line.user.role, "reader, publisher, reviewer or operator")
        ->check(CLI::IsMember({"reader", "publisher", "reviewer", "operator"}));
    sub->add_option("--office", line.user.office, "the office that a publisher publishes for");
    sub->add_option("--person", line.user.person, "the person's name");
    sub->add_option("--email", line.user.email, "where mail goes");
  };
  add_user_options(command(*user, line, "add",
                           "make an account; prints a one-time link, if people log in here",
                           [&line] { return run_user_add(line.common, line.user); }));
  add_user_options(command(*user, line, "change", "change what an account may",
                           [&line] { return run_user_change(line.common, line.user); }));
  command(*user, line, "list", "every account", [&line] { return run_user_list(line.common); });
  const auto named = [&line](CLI::App* sub) {
    sub->add_option("name", line.user.name, "the account")->required();
  };
  named(command(*user, line, "remove", "remove an account with all that is its own",
                [&line] { return run_user_remove(line.common, line.user.name); }));
  named(command(*user, line, "link", "a one-time link to set a new password",
                [&line] { return run_user_link(line.common, line.user.name); }));

  const auto add_tokens = [&](const char* name, const char* help, bool feed) {
    CLI::App* token = app.add_subcommand(name, help);
    token->fallthrough()->require_subcommand(1);
    const auto sub = [&line, token, feed](const char* verb, const char* text,
                                          Status (*action)(const Common&, const TokenArguments&)) {
      CLI::App* made = command(*token, line, verb, text, [&line, feed, action] {
        line.token.feed = feed;
        return action(line.common, line.token);
      });
      made->add_option("user", line.token.user, "the account that it belongs to")->required();
      return made;
    };
    CLI::App* add = sub("add", "make one; it is printed once", run_token_add);
    add->add_option("--label", line.token.label, "what it is for");
    add->add_option("--days", line.token.days, "how long it is good; else until it is revoked")
        ->check(CLI::Range(1, 3650));
    if (!feed) {
      add->add_option("--scope", line.token.scope,
                      "reader (else), publisher, reviewer, operator, or metrics for /metrics alone")
          ->check(CLI::IsMember({"reader", "publisher", "reviewer", "operator", "metrics"}));
    }
    sub("list", "what there is", run_token_list);
    sub("remove", "revoke one", run_token_remove)
        ->add_option("id", line.token.id, "as list shows it")
        ->required();
  };
  add_tokens("token", "API tokens, for scripts", false);
  add_tokens("feed", "personal feed addresses, for nodes that are not public", true);
}

void add_sending_commands(CLI::App& app, CommandLine& line) {
  CLI::App* webhook = app.add_subcommand("webhook", "where news is posted to");
  webhook->fallthrough()->require_subcommand(1);
  auto* add = command(*webhook, line, "add", "post what is new to an address",
                      [&line] { return run_webhook_add(line.common, line.line, line.topic); });
  add->add_option("url", line.line, "https://…")->required();
  add->add_option("--topic", line.topic, "only this topic and those below it");
  command(*webhook, line, "list", "every webhook", [&line] { return run_webhook_list(line.common); });
  command(*webhook, line, "test", "post a message that tells of nothing, and say what became of it",
          [&line] { return run_webhook_test(line.common, line.line); })
      ->add_option("id", line.line, "its number")
      ->required();
  command(*webhook, line, "remove", "remove one",
          [&line] { return run_webhook_remove(line.common, line.line); })
      ->add_option("id", line.line, "its number")
      ->required();
  CLI::App* mails = app.add_subcommand("mail", "the mail that this node sends");
  mails->fallthrough()->require_subcommand(1);
  command(*mails, line, "test", "send a mail that tells of nothing, and say what the mail server said",
          [&line] { return run_mail_test(line.common, line.line); })
      ->add_option("address", line.line, "who gets it")
      ->required();
  auto* deliveries =
      command(app, line, "deliveries", "what became of the last messages to webhooks, or mails",
              [&line] { return run_deliveries(line.common, line.line, line.mail); });
  auto* mail = deliveries->add_flag("--mail", line.mail, "of the mails");
  deliveries->add_option("webhook", line.line, "its number; else of all")->excludes(mail);
  add_paging(command(app, line, "audit", "who changed what, the newest first",
                     [&line] { return run_audit(line.common, line.list.paging); }),
             line, "how many lines at most (100)");
  add_paging(command(app, line, "inbox", "what other cities said to us",
                     [&line] { return run_inbox(line.common, line.list.paging); }),
             line, "how many at most (100)");
  command(app, line, "follow-ups",
          "practices of others that this city tries, and of which it is to say how it goes",
          [&line] { return run_follow_ups(line.common); });
}

void add_held_commands(CLI::App& app, CommandLine& line) {
  CLI::App* held = app.add_subcommand("held", "what waits to be signed, or for somebody's look");
  held->fallthrough()->require_subcommand(1);
  command(*held, line, "list", "all of it", [&line] { return run_held(line.common); });
  auto* release = command(*held, line, "release", "sign it now, or once the node may sign",
                          [&line] { return run_held_release(line.common, line.line); });
  release->add_option("id", line.line, "its number")->required();
  auto* drop = command(*held, line, "drop", "it is not to be signed",
                       [&line] { return run_held_drop(line.common, line.line); });
  drop->add_option("id", line.line, "its number")->required();
  CLI::App* paused = app.add_subcommand("paused", "tokens that wait for a look after the node was put back");
  paused->fallthrough()->require_subcommand(1);
  command(*paused, line, "list", "all of them", [&line] { return run_paused(line.common); });
  auto* again = command(*paused, line, "release", "one counts again, or --all",
                        [&line] { return run_paused_release(line.common, line.line, line.yes); });
  again->add_option("id", line.line, "as the list shows it");
  again->add_flag("--all", line.yes, "all that are paused");
}

void add_library_commands(CLI::App& app, CommandLine& line) {
  auto* from = command(
      app, line, "import-practices", "publish a library of practices: .csv, .xlsx, .json, or a folder of .md",
      [&line] { return run_import_practices(line.common, line.file, line.dry, line.note.any_topic); });
  from->add_option("from", line.file, "the file or folder")->required();
  from->add_flag("--dry-run", line.dry, "only say what would become of each");
  from->add_flag("--any-topic", line.note.any_topic, "publish even if a topic looks mistyped");
  auto* to = command(app, line, "export-practices", "write the practices that are held", [&line] {
    return run_export_practices(line.common, line.list, line.format == "text" ? "csv" : line.format,
                                line.file);
  });
  to->add_option("--format", line.format, "csv (else), json or md")
      ->check(CLI::IsMember({"csv", "json", "md"}));
  to->add_option("-o,--output", line.file, "the file, or for md the folder");
  to->add_option("--topic", line.list.topic, "only this topic and those below it");
  to->add_option("--city", line.list.city, "only this city");
  auto* similar = command(app, line, "similar", "practices of cities like this one",
                          [&line] { return run_similar(line.common, line.topic); });
  similar->add_option("--topic", line.topic, "only this topic and those below it");
  auto* worksheet = command(app, line, "worksheet", "would a practice work here? What the office answered",
                            [&line] { return run_worksheet(line.common, line.ref, line.format == "md"); });
  worksheet->add_option("ref", line.ref, "CITY/NUMBER")->required();
  worksheet->add_flag_callback(
      "--markdown", [&line] { line.format = "md"; }, "as a Markdown file");
}

}  // namespace

void add_office_commands(CLI::App& app, CommandLine& line) {
  add_account_commands(app, line);
  add_sending_commands(app, line);
  add_held_commands(app, line);
  add_library_commands(app, line);
}

}  // namespace koinon
