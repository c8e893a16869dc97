// A program on the client that openapi-typescript makes of the node's document. It is compiled as strictly as the compiler
// can, and then run: node client.js BASE TOKEN. What it finds it prints as JSON.
import createClient from "openapi-fetch";
import type { components, paths } from "./koinon.js";

declare const process: { argv: string[] };
const [base, token] = process.argv.slice(2) as [string, string];
const api = createClient<paths>({ baseUrl: base, headers: { Authorization: `Bearer ${token}` } });

function titleOf(body: components["schemas"]["Body"]): string {
  return body.practice?.title ?? body.question?.title ?? body.profile?.display_name ?? "";
}

const published = await api.POST("/api/v1/records", {
  body: {
    kind: "practice",
    language: "en",
    topics: ["climate/heat"],
    content: { title: "From a generated client", solution: "Typed.", status: "running", cost: { amount: 10, currency: "EUR" } },
  },
});
const ref = published.data && "ref" in published.data ? published.data.ref : undefined;
if (!ref) throw new Error(JSON.stringify(published.error));
const [city, index] = ref.split("/") as [string, string];

const record = await api.GET("/api/v1/records/{city}/{index}", { params: { path: { city, index } } });
const profiles = await api.GET("/api/v1/records", { params: { query: { kind: "profile", limit: 5 } } });
// @ts-expect-error There is no such kind, and the compiler knows.
const wrong = await api.GET("/api/v1/records", { params: { query: { kind: "practise" } } });
// @ts-expect-error Nor such a status.
const status: components["schemas"]["RecordStatus"] = "gone";

const first = profiles.data?.items[0];
console.log(JSON.stringify({
  ref,
  kind: record.data?.kind,
  status: record.data?.status,
  title: record.data?.body && titleOf(record.data.body),
  first: first && { kind: first.kind, current: first.status === "current" },
  problem: wrong.error && { title: wrong.error.title, code: wrong.error.code, field: wrong.error.field },
  unused: status,
}));
