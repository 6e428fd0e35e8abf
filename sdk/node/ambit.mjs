/**
 * The five syscalls of Ambit for Node guests: one file, standard library only.
 *
 *     import * as ambit from "./ambit.mjs";
 *
 *     const commits = await ambit.toolCall("git.git_log", { repo_path: "/repo", max_count: 5 });
 *     await ambit.memoryWrite("user/notes/last", { commits });
 *     const child = await ambit.spawnChild("helper", { input: "summarise the parser" });
 *     console.log(await ambit.toolCall(child));
 *     await ambit.log({ step: "done" });
 *
 * A capability is named by its handle, or by the name under which this context holds it. A refusal rejects with `Denied`,
 * which has a `code` of a closed list and a sentence.
 *
 * An answer is given back only with the core's signed proof that it is this context's answer to these very parameters,
 * recorded and not shown before; the promise rejects with `Unproved` otherwise (docs/reference/syscalls.md, "Proofs").
 *
 * The kernel is found through AMBIT_SOCKET (a Unix socket, by default /run/kernel.sock) or else AMBIT_URL (loopback HTTP);
 * whose proofs count and what context this is, it says in AMBIT_CORE_KEY and AMBIT_CONTEXT.
 */
import { createHash, createPublicKey, verify } from "node:crypto";
import { existsSync } from "node:fs";
import http from "node:http";

const SOCKET = "/run/kernel.sock";

/** The kernel could not answer: it is gone, or the request was malformed. */
export class AmbitError extends Error {
  name = "AmbitError";
}

/** The kernel refused the syscall: `code` is a documented denial code, `sentence` says why in words. */
export class Denied extends AmbitError {
  name = "Denied";
  constructor(code, sentence) {
    super(`denied (${code}): ${sentence}`);
    this.code = code;
    this.sentence = sentence;
  }
}

/**
 * An answer without the core's proof that it is the answer to this call. Nothing of it is given back; what was asked for may
 * have happened. Where the kernel does not say whose proofs count, this comes before anything is asked.
 */
export class Unproved extends AmbitError {
  name = "Unproved";
  constructor(why) {
    super(`the answer is not proved to belong to this call: ${why}`);
  }
}

function place() {
  const path = process.env.AMBIT_SOCKET ?? SOCKET;
  if (existsSync(path)) return { socketPath: path, host: "localhost" };
  if (!process.env.AMBIT_URL) {
    throw new AmbitError(`no kernel here: ${path} does not exist and AMBIT_URL is not set`);
  }
  const url = new URL(process.env.AMBIT_URL);
  return { host: url.hostname, port: url.port };
}

function exchange(path, body) {
  const method = body === undefined ? "GET" : "POST";
  const data = body === undefined ? undefined : Buffer.from(body);
  const headers = { "content-type": "application/json", ...(data && { "content-length": data.length }) };
  return new Promise((resolve, reject) => {
    const request = http.request({ ...place(), method, path, headers, agent: false }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve(Buffer.concat(chunks)));
    });
    request.on("error", reject);
    request.end(data);
  });
}

/** The members of the kernel's answer. */
async function request(path, body) {
  try {
    return members(UTF8.decode(await exchange(path, body)));
  } catch (failure) {
    if (failure instanceof AmbitError) throw failure;
    throw new AmbitError(`${path}: no answer from the kernel: ${failure.message}`, { cause: failure });
  }
}

function requireOk(path, answer) {
  if (answer.get("ok")?.value === true) return;
  const code = answer.get("code")?.value;
  if (code) throw new Denied(code, answer.get("sentence")?.value ?? "");
  throw new AmbitError(`${path}: unexpected answer from the kernel`);
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A string, a bracket, or anything else between two of them that is no space, comma or colon. */
const TOKEN = /[ \t\r\n]*("[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^[\]{},:" \t\r\n]+)/y;

/** The members of a JSON object, each as its value and the exact text that stands between the colon and what ends it. */
function members(text) {
  JSON.parse(text); // It is JSON; here it is only cut.
  const found = new Map();
  let depth = 0;
  let name = "";
  let start = 0;
  let last = "";
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length; ) {
    const before = last;
    const match = TOKEN.exec(text);
    if (!match) break; // Space at the end.
    last = match[1];
    if (depth === 0 && last !== "{") throw new SyntaxError("expected an object");
    if (depth === 1 && last === ":") {
      name = JSON.parse(before);
      start = TOKEN.lastIndex;
    } else if (depth === 1 && (last === "," || last === "}") && before !== "{") {
      if (found.has(name)) throw new SyntaxError("a member twice");
      const exact = text.slice(start, TOKEN.lastIndex - 1);
      found.set(name, { value: JSON.parse(exact), exact });
    }
    if (last === "{" || last === "[") depth++;
    if (last === "}" || last === "]") depth--;
    if (depth === 0) break;
  }
  return found;
}

// ---- Proofs: docs/reference/formats.md. The exact bytes are verified first and parsed after.

const P = 2n ** 255n - 19n;
const ORDER_EIGHT = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;
const SMALL_ORDER = [0n, 1n, P - 1n, ORDER_EIGHT, P - ORDER_EIGHT];
const SPKI = Buffer.from("302a300506032b6570032100", "hex");
const WINDOW = 1 << 16;
const names = new Map();
const seen = new Set();
let oldest = -1n; // No sequence up to this one is taken any more.
let pinned;

/** From now on only this core's proofs count, whatever AMBIT_CORE_KEY says: its public key in hexadecimal digits. */
export function pin(coreKey) {
  if (!/^[0-9a-f]{64}$/.test(coreKey)) throw new TypeError("expected 64 hexadecimal digits");
  pinned = coreKey;
}

/** The core's key and this context; rejects where they are not known. */
function own() {
  const { AMBIT_CONTEXT: context = "", AMBIT_CORE_KEY: key = pinned ?? "" } = process.env;
  if (!/^[0-9a-f]{32}$/.test(context) || !/^[0-9a-f]{64}$/.test(key)) {
    throw new Unproved("AMBIT_CONTEXT and AMBIT_CORE_KEY do not say whose proofs count; the kernel sets them");
  }
  if (key !== (pinned ?? key)) throw new Unproved("the kernel here has another core than the pinned one");
  return { key: Buffer.from(key, "hex"), context: Buffer.from(context, "hex") };
}

const sha256 = (text) => createHash("sha256").update(text).digest();

/** A member of an answer that is proved to belong to `params`; without one, the result that is proved is `{}`. */
async function proved(path, body, params, member) {
  const { key, context } = own();
  const answer = await request(path, body);
  const { value, exact } = member ? (answer.get(member) ?? { exact: "" }) : { exact: "{}" };
  if (answer.has("proof")) {
    // What is no JSON comes as a string of it; one with half a surrogate pair is nobody's text.
    const results = typeof value === "string" && !/\p{Surrogate}/u.test(value) ? [exact, value] : [exact];
    const asked = sha256(params);
    const scope = check(answer.get("proof").value, key, context, asked, results.map(sha256));
    if (scope.length > 0) checkScope(value, scope, asked);
  }
  requireOk(path, answer);
  if (!answer.has("proof")) throw new Unproved("it has no proof");
  if (member && !answer.has(member)) throw new AmbitError(`${path}: unexpected answer from the kernel`);
  return value;
}

function check(proof, key, context, params, results) {
  const cose = Buffer.from(String(proof), "base64");
  const header = Buffer.concat([Buffer.from("a20127045820", "hex"), key]);
  const begin = Buffer.concat([Buffer.from([0x84]), bytes(header), Buffer.from([0xa0])]);
  const length = cose.subarray(begin.length);
  const payload = length.subarray(length[0] === 0x58 ? 2 : 3, -66);
  const whole = Buffer.concat([begin, bytes(payload), Buffer.from("5840", "hex"), cose.subarray(-64)]);
  if (!cose.equals(whole) || cose.toString("base64") !== proof) {
    throw new Unproved("its proof is malformed, or another core's");
  }
  const domain = Buffer.from("Nambit/proof/v1"); // 0x4e and fourteen bytes
  const signed = [Buffer.from("\x84jSignature1", "latin1"), bytes(header), domain, bytes(payload)];
  if (!verifies(key, Buffer.concat(signed), cose.subarray(-64))) {
    throw new Unproved("the signature of its proof does not verify");
  }
  const said = fields(payload);
  if (!said.context.equals(context)) throw new Unproved("its proof is another context's");
  if (!said.params.equals(params)) throw new Unproved("its proof is for other parameters");
  if (!results.some((each) => said.result.equals(each))) throw new Unproved("its proof is for another result");
  if (said.status !== 0n) throw new Unproved("its proof is of a failure");
  take(said.sequence);
  return said.scope;
}

/** Refuses a sequence that came before. Those far behind the newest are forgotten and refused all together. */
function take(sequence) {
  if (seen.has(sequence) || sequence <= oldest) throw new Unproved("its proof was shown before");
  seen.add(sequence);
  if (seen.size > 2 * WINDOW) {
    oldest = [...seen].sort((a, b) => (a < b ? -1 : 1))[WINDOW];
    for (const each of seen) if (each <= oldest) seen.delete(each);
  }
}

/** What a number of CBOR begins with. */
function head(major, n) {
  if (n < 24n) return Buffer.from([major | Number(n)]);
  const size = [1, 2, 4, 8].find((each) => n < 1n << BigInt(8 * each));
  return Buffer.from((BigInt(major | (24 + Math.log2(size))).toString(16) + n.toString(16).padStart(2 * size, "0")), "hex");
}

function bytes(content) {
  return Buffer.concat([head(0x40, BigInt(content.length)), content]);
}

/** What a payload says, which the core signed, so it is well formed. */
function fields(payload) {
  const integer = (at, major = 0) => {
    const info = payload[at] - major;
    const size = info < 24 ? 0 : 1 << (info - 24);
    const value = size ? BigInt(`0x${payload.subarray(at + 1, at + 1 + size).toString("hex")}`) : BigInt(info);
    return { value, end: at + 1 + size };
  };
  const { value: sequence, end: at } = integer(20);
  const said = {
    context: payload.subarray(3, 19),
    sequence,
    params: payload.subarray(at + 3, at + 35),
    result: payload.subarray(at + 38, at + 70),
    status: integer(at + 71).value,
  };
  const name = integer(integer(integer(at + 71).end + 1).end + 1, 0x60);
  const root = payload.subarray(name.end + Number(name.value) + 1);
  said.scope = root.subarray(2);
  const whole = root.length === 1 ? root[0] === 0x40 : root.length === 34 && root[0] === 0x58 && root[1] === 0x20;
  const begin = [[0xa8, 1], bytes(said.context), [2], head(0, sequence), [3], bytes(said.params), [4], bytes(said.result), [5]];
  if (!whole || !payload.subarray(0, at + 71).equals(Buffer.concat(begin.map((each) => Buffer.from(each))))) {
    throw new Unproved("its proof is malformed");
  }
  return said;
}

function cbor(value) {
  if (typeof value === "boolean") return Buffer.from([value ? 0xf5 : 0xf4]);
  if (typeof value === "number" && Number.isSafeInteger(value)) {
    return value >= 0 ? head(0, BigInt(value)) : head(0x20, BigInt(-1 - value));
  }
  if (Buffer.isBuffer(value)) return bytes(value);
  if (typeof value === "string" && value.isWellFormed()) {
    return Buffer.concat([head(0x60, BigInt(Buffer.byteLength(value))), Buffer.from(value)]);
  }
  if (Array.isArray(value)) return Buffer.concat([head(0x80, BigInt(value.length)), ...value.map(cbor)]);
  if (typeof value !== "object" || value === null) throw new TypeError("no value of a chunk");
  const entries = Object.entries(value).map(([name, member]) => [cbor(name), cbor(member)]);
  entries.sort(([a], [b]) => Buffer.compare(a, b));
  return Buffer.concat([head(0xa0, BigInt(entries.length)), ...entries.flat()]);
}

/** The hash of the tree over these hashes of leaves, RFC 6962 §2.1. */
function tree(leaves) {
  while (leaves.length > 1) {
    const above = [];
    for (let i = 0; i < leaves.length; i += 2) {
      above.push(i + 1 < leaves.length ? sha256(Buffer.concat([Buffer.from([1]), leaves[i], leaves[i + 1]])) : leaves[i]);
    }
    leaves = above;
  }
  return leaves[0];
}

function hash(hex) {
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new TypeError("no hash");
  return Buffer.from(hex, "hex");
}

/** The reply of a search names the namespaces that were searched, and holds just the chunks that were found there. */
function checkScope(result, root, asked) {
  let leaves;
  try {
    const { scope, chunks } = result;
    const opened = scope.namespaces.map((each) => [each.mount, hash(each.partition), hash(each.snapshot)]);
    if (!hash(scope.query).equals(asked)) throw new TypeError("another query");
    leaves = [cbor(["ambit/scope/v1", opened, hash(scope.query), hash(scope.policy), chunks.length])];
    for (const { source, title, position, metadata, text, namespace } of chunks) {
      const from = opened.findIndex(([mount]) => mount === namespace);
      const whole = ["ambit/chunk/v1", source, title, [position.unit, position.from, position.to], metadata, text];
      leaves.push(cbor([from, sha256(cbor(whole))]));
    }
  } catch {
    throw new Unproved("it is a search's and says not in which scope");
  }
  if (!tree(leaves.map((leaf) => sha256(Buffer.concat([Buffer.from([0]), leaf])))).equals(root)) {
    throw new Unproved("its chunks are not those that were found in its scope");
  }
}

/** Ed25519 under a sound key only: OpenSSL also takes those under which one signature verifies every message. */
function verifies(key, message, signature) {
  const y = BigInt(`0x${Buffer.from(key).reverse().toString("hex")}`) % 2n ** 255n;
  if (y >= P || SMALL_ORDER.includes(y)) return false;
  try {
    const spki = createPublicKey({ key: Buffer.concat([SPKI, key]), format: "der", type: "spki" });
    return verify(null, message, spki, signature);
  } catch {
    return false; // No point of the curve.
  }
}

// ---- The syscalls

/** The handle that a name stands for in this context. That never changes, so it is asked for once. */
async function handleOf(nameOrHandle) {
  if (/^[0-9a-f]{32}$/.test(nameOrHandle)) return nameOrHandle;
  const scope = Buffer.concat(Object.values(own())).toString("hex");
  if (!names.has(scope)) names.set(scope, await handles());
  return names.get(scope).find(({ name }) => name === nameOrHandle)?.handle ?? nameOrHandle;
}

/** The capabilities of this context: a list of {name, handle, usesLeft, …}. */
export async function handles() {
  return proved("/syscall/handles", undefined, "", "handles");
}

/** Calls the tool, model or child behind a handle; resolves to its result. */
export async function toolCall(handle, params = {}) {
  const held = await handleOf(handle);
  const text = JSON.stringify(params);
  const body = `{"handle":${JSON.stringify(held)},"params":${text}}`;
  return proved("/syscall/tool_call", body, text, "result");
}

/** The value stored under `key`; own writes of this transaction are seen. */
export async function memoryRead(key) {
  const params = JSON.stringify({ key });
  return proved("/syscall/memory_read", params, params, "value");
}

/** Stages a value; it is verified and kept when the transaction ends well, and dropped otherwise. */
export async function memoryWrite(key, value) {
  const params = JSON.stringify({ key, value });
  await proved("/syscall/memory_write", params, params);
}

/** Starts another agent with less authority; resolves to the handle whose `toolCall` gives the child's result. */
export async function spawnChild(handle, { input = "", narrow = {} } = {}) {
  const params = JSON.stringify({ handle: await handleOf(handle), input, narrow });
  return proved("/syscall/spawn_child", params, params, "handle");
}

/** Adds an event to the audit log. */
export async function log(event) {
  const text = JSON.stringify(event);
  await proved("/syscall/log", `{"event":${text}}`, text);
}
