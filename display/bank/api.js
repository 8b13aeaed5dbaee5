// The line to the server: one question, one answer, whatever goes wrong said as a state and never thrown.

let token = "";

/** What goes with whatever changes something; the server gave it with the page's first answer. */
export const useToken = (given) => {
  token = given;
};

/**
 * @param {string} path below /api/bank
 * @param {{method?: string, body?: object}} how
 * @returns {Promise<{status: number, data: object}>} status 0: the server was not reached; `data.error` is {zh, en} where there is one
 */
export async function ask(path, { method = "GET", body } = {}) {
  try {
    const answer = await fetch(`/api/bank${path}`, {
      method,
      credentials: "same-origin",
      redirect: "error",
      headers: method === "GET" ? {} : { "Content-Type": "application/json", "X-Bank-Token": token },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: answer.status, data: await answer.json() };
  } catch {
    return { status: 0, data: {} };
  }
}

/**
 * Sends one file, telling how far it has come.
 * @param {File} file
 * @param {(part: number) => void} onPart 0..1
 * @returns {Promise<{status: number, data: object}>}
 */
export function send(file, onPart) {
  return new Promise((done) => {
    const line = new XMLHttpRequest();
    line.open("POST", "/api/bank/media");
    line.setRequestHeader("Content-Type", "application/octet-stream");
    line.setRequestHeader("X-Bank-Token", token);
    line.responseType = "json";
    line.upload.addEventListener("progress", ({ loaded, total }) => onPart(total ? loaded / total : 0));
    line.addEventListener("load", () => done({ status: line.status, data: line.response ?? {} }));
    for (const failure of ["error", "abort", "timeout"]) line.addEventListener(failure, () => done({ status: 0, data: {} }));
    line.send(file);
  });
}

/** Why something was not done, in words. @param {{status: number, data: object}} answer */
export function why({ status, data }, t, language) {
  if (status === 0) return t("bank.noServer");
  if (status === 401) return t("bank.signedOut");
  const said = data?.error?.[language === "en" ? "en" : "zh"];
  return said ?? t("bank.failed", { status });
}
