// Counts what pictures show, from the columns alone.
#pragma once

#include "storage/search/columns.h"
#include "storage/search/figures.h"

namespace koinon {

// Whoever calls it holds the lock of the columns. `db`: finds the number of a record. A practice that is not
// indexed has no adoptions.
Result<Figures> count_figures(sqlite::Connection& db, const Columns& columns, const FigureQuery& query);

}  // namespace koinon
