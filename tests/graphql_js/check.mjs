// Compares our GraphQL engine with graphql-js, the reference implementation in JavaScript.
//
//   node check.mjs --graphql node_modules/graphql --tool build/bin/gql_tool [--schema FILE]...
//
// For each schema (zoo.graphql beside this file, and every --schema):
//   introspection   a client schema can be built from our answer, is valid, and prints as graphql-js
//                   prints the schema text itself
// For zoo.graphql and the lists beside this file:
//   queries         both find a query right, or both find it wrong; the listed ones, and thousands
//                   made from them by changing tokens (always the same ones)
//   schemas         the same for schema texts
//
// Exit code 0 when all agree, 1 when not, 2 for wrong usage.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";

const here = dirname(fileURLToPath(import.meta.url));
const options = { schema: [], mutations: 4000 };
for (let i = 2; i < process.argv.length; i += 2) {
  const [name, value] = [process.argv[i].replace(/^--/, ""), process.argv[i + 1]];
  if (value === undefined || !["graphql", "tool", "schema", "mutations"].includes(name)) {
    console.error("usage: check.mjs --graphql FOLDER --tool PROGRAM [--schema FILE] [--mutations N]");
    process.exit(2);
  }
  if (name === "schema") options.schema.push(value);
  else options[name] = value;
}
const js = createRequire(import.meta.url)(resolve(options.graphql));
const scratch = mkdtempSync(join(tmpdir(), "gql-check-"));
let failures = 0;

function fail(what, detail) {
  failures++;
  if (failures <= 20) console.log(`DIFFERENT ${what}\n    ${detail.replaceAll("\n", "\n    ")}`);
}

function tool(mode, file, input) {
  const run = spawnSync(options.tool, [mode, file], { input, maxBuffer: 1 << 28, encoding: "utf8" });
  if (run.status !== 0) throw new Error(`gql_tool ${mode} ${file}: ${run.stderr || run.signal}`);
  return run.stdout;
}

// ---- introspection ----

function printed(schema) {
  return js.printSchema(js.lexicographicSortSchema(schema));
}

function checkIntrospection(file) {
  const query = js.getIntrospectionQuery({
    descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true,
  });
  const answer = JSON.parse(tool("run", file, JSON.stringify({ query })));
  if (answer.errors) return fail(`${file}: introspection`, JSON.stringify(answer.errors));
  const client = js.buildClientSchema(answer.data);
  const faults = js.validateSchema(client);
  if (faults.length > 0) return fail(`${file}: introspected schema`, faults.join("\n"));
  const ours = printed(client).split("\n");
  const theirs = printed(js.buildSchema(readFileSync(file, "utf8"))).split("\n");
  const line = ours.findIndex((text, i) => text !== theirs[i]);
  if (line >= 0 || ours.length !== theirs.length)
    fail(`${file}: printed line ${line + 1}`, `ours:   ${ours[line]}\ntheirs: ${theirs[line]}`);
  else console.log(`${file}: introspection equal, ${ours.length} lines`);
}

// ---- lists of texts, and variations of them ----

function random(seed) {
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
}

function lines(name) {
  return readFileSync(join(here, name), "utf8").split("\n").filter((line) => line !== "")
    .map((line) => line.replaceAll("⏎", "\n"));
}

// Tokens of a text; what stands in the place of what when texts are varied.
const tokens = (text) => text.match(/"""[^]*?"""|"(?:\\.|[^"\\])*"|\.\.\.|[A-Za-z_]\w*|-?[\d.]+(?:e\d+)?|[^\s]/g) ?? [];

const kindOf = (token) => (/^[A-Za-z_]/.test(token) ? "name" : /^[-\d"]/.test(token) ? "value" : "mark");

function vary(list, pool, next) {
  const pick = (from) => from[Math.floor(next() * from.length)];
  const at = Math.floor(next() * list.length);
  const how = next();
  if (how < 0.5) list[at] = pick(pool.filter((token) => kindOf(token) === kindOf(list[at])));
  else if (how < 0.6) list.splice(at, 1);
  else if (how < 0.7) list[at] = pick(pool);
  else if (how < 0.8) list.splice(at, 0, pick(pool));
  else list.splice(at, 0, ...list.slice(at, at + 1 + Math.floor(next() * 4)));
}

// Deterministic: half are two or three short texts in one, all are changed in a place or two.
function variations(texts, count) {
  const next = random(20240607);
  const pick = (from) => from[Math.floor(next() * from.length)];
  const pool = [...new Set(texts.flatMap(tokens))];
  const shorthand = texts.filter((text) => /^\{ .* \}$/.test(text)).map((text) => text.slice(2, -2));
  const made = [];
  while (made.length < count) {
    const joined = shorthand.length > 0 && next() < 0.5;
    const text = joined ? `{ ${pick(shorthand)} ${pick(shorthand)} ${next() < 0.5 ? pick(shorthand) : ""} }` : pick(texts);
    const list = tokens(text);
    for (let changes = Math.floor(next() * 3); changes > 0; changes--) vary(list, pool, next);
    made.push(list.join(" "));
  }
  return made;
}

// ---- queries ----

// What our scalars accept as literals; graphql-js lets everything pass when it is not told.
function teachScalars(schema) {
  const whole = (text) => BigInt(text) >= -(2n ** 63n) && BigInt(text) < 2n ** 63n;
  const rules = {
    DateTime: (n) => n.kind === "StringValue" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(n.value),
    BigInt: (n) => (n.kind === "IntValue" || (n.kind === "StringValue" && /^-?\d{1,19}$/.test(n.value))) && whole(n.value),
    JSONOrString: () => true,
  };
  for (const [name, accepts] of Object.entries(rules)) {
    schema.getType(name).parseLiteral = (node) => {
      if (!accepts(node)) throw new Error(`no ${name}`);
      return 0;
    };
  }
  return schema;
}

function theirQueryFaults(schema, query) {
  try {
    return js.validate(schema, js.parse(query)).map((error) => error.message);
  } catch (error) {
    return [error.message];
  }
}

// Where we refuse more, on purpose: bounds, and subscriptions already when validating.
const meantQuery = (answer) =>
  answer.errors?.some((error) => error.extensions.code === "LIMIT" || /no subscriptions/.test(error.message));

function checkQueries(file) {
  const schema = teachScalars(js.buildSchema(readFileSync(file, "utf8")));
  const listed = lines("queries.txt");
  const all = [...listed, ...variations(listed, Number(options.mutations))];
  const input = all.map((query) => JSON.stringify({ query })).join("\n") + "\n";
  const answers = tool("validate", file, input).trimEnd().split("\n");
  let right = 0;
  all.forEach((query, i) => {
    const ours = JSON.parse(answers[i]);
    const theirs = theirQueryFaults(schema, query);
    right += theirs.length === 0;
    if ((ours.errors !== undefined) !== theirs.length > 0 && !meantQuery(ours))
      fail(`query ${query}`, `ours:   ${JSON.stringify(ours.errors ?? [])}\ntheirs: ${JSON.stringify(theirs)}`);
  });
  console.log(`queries: ${all.length} compared, ${right} of them right`);
}

// ---- schemas ----

function theirSchemaFaults(text) {
  try {
    return js.validateSchema(js.buildSchema(text)).map((error) => error.message);
  } catch (error) {
    return [error.message];
  }
}

// We refuse more, on purpose: scalars we do not know, subscriptions, default values that do not fit,
// directives used in their own definition, what graphql-js allows beyond October 2021 (@deprecated
// on inputs).
const refusedOnPurpose = [
  /is not known to this program/, /subscriptions are not served/, /default values of/,
  /^expected .* (for type|found null)/, /is not a value of enum/, /used in its own definition/,
  /directive "@deprecated" may not stand at (ARGUMENT|INPUT_FIELD)_DEFINITION/,
  /is required by input type/, /is not defined by input type/,
  // What the specification demands and graphql-js does not look at.
  /have the same root type/, /location .* stands twice/, /a schema holds no (operations|fragments)/,
  /type "(Int|Float|String|Boolean|ID)" is defined twice/,
];
// graphql-js refuses what the specification lets pass: built-in names defined anew.
const theyRefuse = [/already exists in the schema|cannot be redefined/];

function checkSchemas() {
  const listed = lines("sdl.txt");
  const all = [...listed, ...variations(listed, Math.floor(options.mutations / 10))];
  const file = join(scratch, "schema.graphql");
  for (const text of all) {
    writeFileSync(file, text);
    const ours = JSON.parse(tool("schema", file, ""));
    const theirs = theirSchemaFaults(text);
    const same = (ours.errors !== undefined) === theirs.length > 0;
    const meant = ours.errors !== undefined
      ? ours.errors.every((e) => refusedOnPurpose.some((rule) => rule.test(e.message)))
      : theirs.every((message) => theyRefuse.some((rule) => rule.test(message)));
    if (!same && !meant)
      fail(`schema ${text}`, `ours:   ${JSON.stringify(ours.errors ?? [])}\ntheirs: ${JSON.stringify(theirs)}`);
  }
  console.log(`schemas: ${all.length} compared`);
}

const zoo = join(here, "zoo.graphql");
for (const file of [zoo, ...options.schema]) checkIntrospection(file);
checkQueries(zoo);
checkSchemas();
rmSync(scratch, { recursive: true });
console.log(failures === 0 ? "all agree" : `${failures} differences`);
process.exit(failures === 0 ? 0 : 1);
