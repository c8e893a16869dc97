// The web pages of a node, all of them.
#pragma once

#include <memory>
#include <tuple>

#include "node/pages/account_pages.h"
#include "node/pages/adoption_pages.h"
#include "node/pages/call_pages.h"
#include "node/pages/catalog_pages.h"
#include "node/pages/city_pages.h"
#include "node/pages/conversation_pages.h"
#include "node/pages/desk_pages.h"
#include "node/pages/find_pages.h"
#include "node/pages/follow_up_pages.h"
#include "node/pages/held_pages.h"
#include "node/pages/inbox_pages.h"
#include "node/pages/measures_pages.h"
#include "node/pages/note_page.h"
#include "node/pages/notes_pages.h"
#include "node/pages/operate_accounts_pages.h"
#include "node/pages/operate_pages.h"
#include "node/pages/overview_pages.h"
#include "node/pages/picture_pages.h"
#include "node/pages/profile_pages.h"
#include "node/pages/proposal_pages.h"
#include "node/pages/publish_pages.h"
#include "node/pages/sending_pages.h"
#include "node/pages/story_pages.h"
#include "node/pages/template_pages.h"
#include "node/pages/ties_pages.h"
#include "node/pages/worksheet_pages.h"

namespace koinon {

// All classes of pages, each of one subject. A new one is named in the list below.
template <typename... Each>
class PageClasses {
 public:
  PageClasses(PageFrame& frame, const Areas& areas) : all_(std::make_unique<Each>(frame, areas)...) {}
  void add_routes(RouteTable& routes) {
    std::apply([&](auto&... each) { (each->add_routes(routes), ...); }, all_);
  }

 private:
  std::tuple<std::unique_ptr<Each>...> all_;
};

class Pages {
 public:
  // What it is given outlives this, but for `areas` itself.
  Pages(ApiShared& shared, CallGate& gate, const Areas& areas) : frame_(shared, gate), all_(frame_, areas) {}

  void add_routes(RouteTable& routes) {
    add_asset_routes(routes);
    all_.add_routes(routes);
  }
  HttpResponse refused(ApiRequest request, const Error& error) {
    return frame_.refused(std::move(request), error);
  }

 private:
  PageFrame frame_;
  PageClasses<FollowUpPages, FindPages, NotePage, NotesPages, PublishPages, HeldPages, DeskPages,
              ConversationPages, CallPages, InboxPages, CityPages, CatalogPages, AccountPages, OperatePages,
              OperateAccountsPages, OverviewPages, PicturePages, ProfilePages, MeasuresPages, ProposalPages,
              SendingPages, StoryPages, AdoptionPages, WorksheetPages, TemplatePages, TiesPages>
      all_;
};

}  // namespace koinon
