// The web pages of a node, all of them.
#pragma once

#include <memory>

#include "node/pages/account_pages.h"
#include "node/pages/city_pages.h"
#include "node/pages/conversation_pages.h"
#include "node/pages/desk_pages.h"
#include "node/pages/find_pages.h"
#include "node/pages/held_pages.h"
#include "node/pages/inbox_pages.h"
#include "node/pages/note_page.h"
#include "node/pages/operate_accounts_pages.h"
#include "node/pages/operate_pages.h"
#include "node/pages/overview_pages.h"
#include "node/pages/profile_pages.h"
#include "node/pages/publish_pages.h"
#include "node/pages/sending_pages.h"

namespace koinon {

class Pages {
 public:
  // What it is given outlives this, but for `areas` itself.
  Pages(ApiShared& shared, CallGate& gate, const Areas& areas)
      : frame_(shared, gate),
        find_(frame_, areas),
        note_(frame_, areas),
        publish_(frame_, areas),
        held_(frame_, areas),
        desk_(frame_, areas),
        conversation_(frame_, areas),
        inbox_(frame_, areas),
        cities_(frame_, areas),
        account_(frame_, areas),
        operate_(frame_, areas),
        operate_accounts_(frame_, areas),
        overview_(frame_, areas),
        profile_(frame_, areas),
        sending_(frame_, areas) {}

  void add_routes(RouteTable& routes) {
    add_asset_routes(routes);
    find_.add_routes(routes);
    note_.add_routes(routes);
    publish_.add_routes(routes);
    held_.add_routes(routes);
    desk_.add_routes(routes);
    conversation_.add_routes(routes);
    inbox_.add_routes(routes);
    cities_.add_routes(routes);
    account_.add_routes(routes);
    operate_.add_routes(routes);
    operate_accounts_.add_routes(routes);
    overview_.add_routes(routes);
    profile_.add_routes(routes);
    sending_.add_routes(routes);
  }
  HttpResponse refused(ApiRequest request, const Error& error) {
    return frame_.refused(std::move(request), error);
  }

 private:
  PageFrame frame_;
  FindPages find_;
  NotePage note_;
  PublishPages publish_;
  HeldPages held_;
  DeskPages desk_;
  ConversationPages conversation_;
  InboxPages inbox_;
  CityPages cities_;
  AccountPages account_;
  OperatePages operate_;
  OperateAccountsPages operate_accounts_;
  OverviewPages overview_;
  ProfilePages profile_;
  SendingPages sending_;
};

}  // namespace koinon
