// Shows the passphrase while somebody types it: twelve letters from a slip of paper, in the dark, on glass.
import { translator } from "../shared/strings.js";
import { login } from "../shared/strings/login.js";

const chinese = translator("zh-CN", login);
const english = translator("en", login);
const field = document.getElementById("passphrase");
const button = document.getElementById("reveal");

function show(yes) {
  field.type = yes ? "text" : "password";
  button.setAttribute("aria-pressed", String(yes));
  const key = yes ? "login.hide" : "login.show";
  const small = document.createElement("small");
  small.lang = "en";
  small.textContent = english(key);
  button.replaceChildren(`${chinese(key)} `, small);
}

show(false);
button.hidden = false;
button.addEventListener("click", () => {
  show(field.type === "password");
  field.focus();
});
field.form.addEventListener("submit", () => show(false)); // what a browser offers to keep, it keeps as a passphrase
