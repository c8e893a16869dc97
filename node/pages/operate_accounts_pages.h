// Who has an account, and who changed what: for operators.
//
// On the reading thread of its areas.
#pragma once

#include "node/pages/form_faults.h"
#include "node/pages/page_frame.h"

namespace koinon {

class OperateAccountsPages {
 public:
  OperateAccountsPages(PageFrame& frame, const Areas& areas)
      : frame_(frame), accounts_(areas.accounts), credentials_(areas.credentials) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> accounts(Visit visit);
  boost::asio::awaitable<HttpResponse> change_accounts(Visit visit);
  boost::asio::awaitable<HttpResponse> audit(Visit visit);
  boost::asio::awaitable<HttpResponse> resume(Visit visit);
  // What the page says of an account that is new or gets another link. Both are empty after other changes.
  struct Told {
    std::string link;      // opens once
    std::string signs_in;  // a sentence: it needs none
  };
  boost::asio::awaitable<Result<Told>> change_account(Visit visit);
  // `failed`: why the form of this visit was not taken; it is shown as it was typed.
  boost::asio::awaitable<HttpResponse> show_accounts(Visit visit, Told told, std::optional<Error> failed);

  PageFrame& frame_;
  AccountsApi& accounts_;
  CredentialsApi& credentials_;
};

}  // namespace koinon
