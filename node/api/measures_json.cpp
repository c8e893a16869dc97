#include "node/api/measures_json.h"

namespace koinon {
namespace json = boost::json;

json::object measures_json(const CityMeasures& measures) {
  json::object out;
  if (measures.population > 0) out["population"] = measures.population;
  if (measures.density > 0) out["density"] = measures.density;
  if (!measures.climate.empty()) out["climate"] = measures.climate;
  if (measures.income >= 0) out["income"] = income_text(measures.income);
  return out;
}

}  // namespace koinon
