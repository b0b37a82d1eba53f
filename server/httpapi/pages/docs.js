// Renders /openapi.json. No library, no other machine: everything it loads is
// from this server, and what it shows is set as text, never as HTML.
"use strict";

const words = {
  en: {
    skip: "Skip to the content", menu: "Menu", token: "Token", loading: "Loading…", tokenHint: "for Try it",
    parameters: "Parameters", body: "Body", answers: "Answers", tryIt: "Try it", send: "Send", stop: "Stop", name: "Name", meaning: "Meaning",
    required: "required", write: "needs a token that may write", open: "needs no token", schemas: "Schemas", errors: "Errors",
    errorsText: "Every error is application/problem+json (RFC 9457). Its code is one of these; detail and hint are in the language of Accept-Language.",
    example: "Example", noAnswer: "The server did not answer.", failed: "The document cannot be loaded.", binary: "the bytes of the file", download: "Save the file",
    standard: "default", oneOf: "one of", atLeast: "at least", atMost: "at most", document: "The OpenAPI document", file: "file", more: "… cut here",
    codes: {
      usage: "The request is wrong.", bad_input: "The file cannot be used as it is.", limit: "Over a limit, which the sentence names.",
      not_found: "No such record, job, version or column.", not_allowed: "No token, an unknown one, or no right to it.",
      unreachable: "Something that the server needs is away just now; try again.", cancelled: "Somebody cancelled the work.",
      conflict: "Something else was first, or the table is not ready.", internal: "A defect of ours; the request ID leads to it in the server's log."
    }
  },
  zh: {
    skip: "跳到正文", menu: "目录", token: "令牌", loading: "正在加载…", tokenHint: "用于“试一试”",
    parameters: "参数", body: "请求正文", answers: "应答", tryIt: "试一试", send: "发送", stop: "停止", name: "名称", meaning: "含义",
    required: "必填", write: "需要有写权限的令牌", open: "不需要令牌", schemas: "数据结构", errors: "错误",
    errorsText: "所有错误都是 application/problem+json（RFC 9457）。code 是下列之一；detail 和 hint 使用 Accept-Language 指定的语言。",
    example: "示例", noAnswer: "服务器没有应答。", failed: "无法加载文档。", binary: "文件的内容", download: "保存文件",
    standard: "默认", oneOf: "取值", atLeast: "不小于", atMost: "不大于", document: "OpenAPI 文档", file: "文件", more: "……其余略去",
    codes: {
      usage: "请求有误。", bad_input: "文件无法直接使用。", limit: "超出限制，说明中写明是哪一项。",
      not_found: "没有这条记录、任务、版本或列。", not_allowed: "没有令牌、令牌无效，或没有权限。",
      unreachable: "服务器依赖的服务暂时不可用，请稍后再试。", cancelled: "工作已被取消。",
      conflict: "有别的操作在先，或表格尚未就绪。", internal: "我们的缺陷；凭请求编号可在服务器日志中查到原因。"
    }
  }
};

let lang = new URLSearchParams(location.search).get("lang") || (navigator.language.startsWith("zh") ? "zh" : "en");
if (!words[lang]) lang = "en";
let spec = null;

const t = key => words[lang][key];

// el makes an element; text goes in as text.
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined && child !== "") node.append(child);
  return node;
}

const refName = schema => schema && schema.$ref ? schema.$ref.split("/").pop() : "";

// typeOf writes a schema's type as text and links.
function typeOf(schema) {
  if (!schema) return ["—"];
  const name = refName(schema);
  if (name) return [el("a", { href: "#schema-" + name }, name)];
  const types = [].concat(schema.type || "any");
  if (types.includes("array")) return ["[ ", ...typeOf(schema.items), " ]", types.includes("null") ? " | null" : ""];
  if (schema.additionalProperties && typeof schema.additionalProperties === "object") return ["{ name: ", ...typeOf(schema.additionalProperties), " }"];
  return [types.join(" | ") + (schema.format ? ` (${schema.format})` : "")];
}

function bounds(schema) {
  if (!schema) return "";
  const parts = [];
  if (schema.enum) parts.push(`${t("oneOf")} ${schema.enum.join(", ")}`);
  if (schema.minimum !== undefined) parts.push(`${t("atLeast")} ${schema.minimum}`);
  if (schema.maximum !== undefined) parts.push(`${t("atMost")} ${schema.maximum}`);
  if (schema.default !== undefined) parts.push(`${t("standard")} ${schema.default}`);
  return parts.join("; ");
}

function row(name, schema, description, required) {
  return el("tr", {},
    el("td", {}, el("span", { class: "name" }, name), required ? [" ", el("span", { class: "must" }, t("required"))] : null,
      el("div", { class: "type" }, typeOf(schema))),
    el("td", {}, description || "", bounds(schema) ? el("div", { class: "type" }, bounds(schema)) : null));
}

const table = rows => el("table", {}, el("thead", {}, el("tr", {}, el("th", {}, t("name")), el("th", {}, t("meaning")))), el("tbody", {}, rows));

const shown = value => typeof value === "string" ? value : JSON.stringify(value, null, 2);

function content(media) {
  return Object.entries(media || {}).map(([type, m]) => el("div", {},
    el("p", {}, el("code", {}, type), " ", el("span", { class: "type" }, m.schema && m.schema.format === "binary" ? t("binary") : typeOf(m.schema))),
    m.example !== undefined ? el("pre", { tabindex: "0" }, shown(m.example)) : null));
}

function operation(path, method, op) {
  const open = !(op.security || []).length;
  const write = (op.security || []).some(s => (s.token || []).includes("write"));
  const parts = [
    el("h3", {}, op.summary),
    el("div", { class: "line" }, el("span", { class: "method " + method }, method.toUpperCase()), el("span", { class: "path" }, path),
      el("span", { class: "right" }, open ? t("open") : write ? t("write") : "")),
    el("p", {}, op.description)
  ];
  if ((op.parameters || []).length) {
    parts.push(el("h4", {}, t("parameters")), table(op.parameters.map(p => row(p.name, p.schema, p.description, p.required))));
  }
  if (op.requestBody) parts.push(el("h4", {}, t("body")), el("p", {}, op.requestBody.description || ""), content(op.requestBody.content));
  parts.push(el("h4", {}, t("answers")));
  for (const [status, answer] of Object.entries(op.responses || {})) {
    const headers = Object.entries(answer.headers || {}).map(([name, h]) => row(name, h.schema, h.description, false));
    parts.push(el("details", {}, el("summary", {}, el("span", { class: "status" }, status), answer.description || ""),
      headers.length ? table(headers) : null, content(answer.content)));
  }
  parts.push(el("details", {}, el("summary", {}, t("tryIt")), tryIt(path, method, op)));
  return el("article", { id: op.operationId }, parts);
}

// tryIt is a form that sends the operation to this server.
function tryIt(path, method, op) {
  const fields = [];
  const form = el("form", { class: "try" });
  for (const p of op.parameters || []) {
    const input = p.schema && p.schema.enum
      ? el("select", { name: p.name }, el("option", { value: "" }, ""), p.schema.enum.map(v => el("option", {}, v)))
      : p.schema && p.schema.type === "boolean"
        ? el("select", { name: p.name }, el("option", { value: "" }, ""), el("option", {}, "true"), el("option", {}, "false"))
        : el("input", { name: p.name, required: p.required, autocomplete: "off" });
    fields.push([p, input]);
    form.append(el("label", { class: "field" }, el("span", { class: "name" }, p.name), input));
  }
  let file = null, text = null;
  if (op.requestBody) {
    if (op.requestBody.content["application/json"]) {
      text = el("textarea", { rows: "4", "aria-label": t("body") }, "{}");
      form.append(text);
    } else {
      file = el("input", { type: "file", required: true });
      form.append(el("label", { class: "field" }, el("span", {}, t("file")), file));
    }
  }
  const result = el("div", { "aria-live": "polite" });
  let running = null;
  const stop = el("button", { type: "button", hidden: true, onclick: () => running && running.abort() }, t("stop"));
  form.append(el("div", { class: "buttons" }, el("button", { type: "submit", class: "go" }, t("send")), stop), result);
  form.addEventListener("submit", async event => {
    event.preventDefault();
    let url = path;
    const query = new URLSearchParams(), headers = { "Accept-Language": lang };
    for (const [p, input] of fields) {
      if (p.in === "path") url = url.replace(`{${p.name}}`, encodeURIComponent(input.value));
      else if (input.value === "") continue;
      else if (p.in === "query") query.set(p.name, input.value);
      else headers[p.name] = input.value;
    }
    const token = document.getElementById("token").value.trim();
    if (token) headers.Authorization = "Bearer " + token;
    const request = { method: method.toUpperCase(), headers };
    if (file) {
      request.body = file.files[0];
      headers["Content-Type"] = "application/octet-stream";
      if (!query.has("name")) query.set("name", file.files[0].name);
    }
    if (text) {
      request.body = text.value;
      headers["Content-Type"] = "application/json";
    }
    if ([...query].length) url += "?" + query;
    running = new AbortController();
    request.signal = running.signal;
    stop.hidden = false;
    try {
      await show(await fetch(url, request), result);
    } catch (error) {
      if (error.name !== "AbortError") result.replaceChildren(el("p", { class: "trouble" }, t("noAnswer")));
    }
    stop.hidden = true;
  });
  return form;
}

// show shows an answer; a stream grows as it comes.
async function show(answer, into) {
  const most = 20000;
  const pre = el("pre", { tabindex: "0" });
  into.replaceChildren(el("p", {}, el("span", { class: "status" }, String(answer.status)), answer.headers.get("Content-Type") || ""), pre);
  const named = answer.headers.get("Content-Disposition");
  if (named && answer.ok) {
    const link = el("a", { href: URL.createObjectURL(await answer.blob()), download: decodeURIComponent((named.split("''")[1] || "export")) }, t("download"));
    pre.replaceWith(link);
    return;
  }
  const reader = answer.body.getReader(), decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (text.length <= most) text += decoder.decode(value, { stream: true });
    pre.textContent = text;
  }
  try {
    text = JSON.stringify(JSON.parse(text), null, 2);
  } catch { /* it is not JSON, or was cut */ }
  pre.textContent = text.length > most ? text.slice(0, most) + "\n" + t("more") : text;
}

function schemaOf(name, schema) {
  const required = schema.required || [];
  return el("article", { id: "schema-" + name }, el("h3", {}, name),
    Object.keys(schema.properties || {}).length
      ? table(Object.entries(schema.properties).map(([property, s]) => row(property, s, s.description, required.includes(property))))
      : el("p", { class: "type" }, typeOf(schema)));
}

function render() {
  document.documentElement.lang = lang;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  document.getElementById("lang").textContent = lang === "zh" ? "English" : "中文";
  document.getElementById("token").placeholder = t("tokenHint");
  document.getElementById("version").textContent = spec.info.version;
  document.title = spec.info.title;
  const side = [], main = [
    el("h1", { id: "top" }, spec.info.title), el("p", {}, spec.info.description),
    el("p", {}, el("a", { href: "/openapi.json?lang=" + lang }, t("document")))
  ];
  for (const tag of spec.tags) {
    const all = [];
    for (const [path, item] of Object.entries(spec.paths)) {
      for (const method of ["get", "post", "delete"]) {
        if (item[method] && item[method].tags.includes(tag.name)) all.push([path, method, item[method]]);
      }
    }
    all.sort((a, b) => (a[2]["x-order"] ?? 99) - (b[2]["x-order"] ?? 99));
    const name = tag["x-displayName"] || tag.name;
    side.push(el("h2", {}, name));
    main.push(el("h2", {}, name), el("p", { class: "dim" }, tag.description));
    for (const [path, method, op] of all) {
      side.push(el("a", { href: "#" + op.operationId }, op.summary));
      main.push(operation(path, method, op));
    }
  }
  side.push(el("h2", {}, t("errors")), el("a", { href: "#errors" }, "problem+json"), el("h2", {}, t("schemas")), el("a", { href: "#schemas" }, t("schemas")));
  main.push(el("h2", { id: "errors" }, t("errors")), el("p", {}, t("errorsText")));
  main.push(el("table", {}, el("tbody", {}, Object.entries(t("codes")).map(([code, text]) =>
    el("tr", { id: code }, el("td", {}, el("span", { class: "name" }, code)), el("td", {}, text))))));
  main.push(el("h2", { id: "schemas" }, t("schemas")));
  for (const [name, schema] of Object.entries(spec.components.schemas).sort((a, b) => a[0].localeCompare(b[0]))) main.push(schemaOf(name, schema));
  document.getElementById("side").replaceChildren(...side);
  document.getElementById("main").replaceChildren(...main);
  if (location.hash) {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target) target.scrollIntoView();
  }
}

async function load() {
  const main = document.getElementById("main");
  try {
    const answer = await fetch("/openapi.json?lang=" + lang);
    if (!answer.ok) throw new Error(String(answer.status));
    spec = await answer.json();
  } catch {
    main.replaceChildren(el("p", { class: "trouble" }, t("failed")));
    return;
  }
  render();
}

document.getElementById("lang").addEventListener("click", () => {
  lang = lang === "zh" ? "en" : "zh";
  load();
});
const menu = document.getElementById("menu"), side = document.getElementById("side");
const fold = open => {
  side.classList.toggle("open", open);
  menu.setAttribute("aria-expanded", String(open));
};
menu.addEventListener("click", () => fold(!side.classList.contains("open")));
side.addEventListener("click", () => fold(false));
load();
