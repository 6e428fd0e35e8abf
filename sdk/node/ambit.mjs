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
 * which has a `code` of a closed list and a sentence. The kernel is found through AMBIT_SOCKET (a Unix socket, by default
 * /run/kernel.sock) or else AMBIT_URL (loopback HTTP).
 */
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

function place() {
  const path = process.env.AMBIT_SOCKET ?? SOCKET;
  if (existsSync(path)) return { socketPath: path, host: "localhost" };
  if (!process.env.AMBIT_URL) {
    throw new AmbitError(`no kernel here: ${path} does not exist and AMBIT_URL is not set`);
  }
  const url = new URL(process.env.AMBIT_URL);
  return { host: url.hostname, port: url.port };
}

function exchange(method, path, body) {
  const data = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const headers = { "content-type": "application/json", ...(data && { "content-length": data.length }) };
  return new Promise((resolve, reject) => {
    const request = http.request({ ...place(), method, path, headers, agent: false }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    });
    request.on("error", reject);
    request.end(data);
  });
}

async function syscall(method, path, body) {
  let answer;
  try {
    answer = JSON.parse(await exchange(method, path, body));
  } catch (failure) {
    if (failure instanceof AmbitError) throw failure;
    throw new AmbitError(`${path}: no answer from the kernel: ${failure.message}`, { cause: failure });
  }
  if (answer?.ok !== true) {
    if (answer?.code) throw new Denied(answer.code, answer.sentence ?? "");
    throw new AmbitError(`${path}: unexpected answer from the kernel`);
  }
  return answer;
}

async function handleOf(nameOrHandle) {
  const held = (await handles()).find(({ name, handle }) => nameOrHandle === handle || nameOrHandle === name);
  return held?.handle ?? nameOrHandle;
}

/** The capabilities of this context: a list of {name, handle, usesLeft, …}. */
export async function handles() {
  return (await syscall("GET", "/syscall/handles")).handles;
}

/** Calls the tool, model or child behind a handle; resolves to its result. */
export async function toolCall(handle, params = {}) {
  return (await syscall("POST", "/syscall/tool_call", { handle: await handleOf(handle), params })).result;
}

/** The value stored under `key`; own writes of this transaction are seen. */
export async function memoryRead(key) {
  return (await syscall("POST", "/syscall/memory_read", { key })).value;
}

/** Stages a value; it is verified and kept when the transaction ends well, and dropped otherwise. */
export async function memoryWrite(key, value) {
  await syscall("POST", "/syscall/memory_write", { key, value });
}

/** Starts another agent with less authority; resolves to the handle whose `toolCall` gives the child's result. */
export async function spawnChild(handle, { input = "", narrow = {} } = {}) {
  return (await syscall("POST", "/syscall/spawn_child", { handle: await handleOf(handle), input, narrow })).handle;
}

/** Adds an event to the audit log. */
export async function log(event) {
  await syscall("POST", "/syscall/log", { event });
}
