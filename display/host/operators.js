// Several consoles: who holds the control, who asks for it, and what of that this console may do. Pure.

/**
 * @param {object|null} view the host view
 * @param {string|null} page the id of this console's page
 * @returns {{known: boolean, mine: boolean, me: object|null, holder: object|null, gone: boolean, nobody: boolean, asking: object[], others: object[]}}
 *   `mine`: this console may press; always so where the server does not speak of control. `gone`: the holder's page is not
 *   connected. `asking`: who else would like to have the control, in the order of the list.
 */
export function controlOf(view, page) {
  const control = view?.control ?? null;
  if (!control) return { known: false, mine: true, me: null, holder: null, gone: false, nobody: false, asking: [], others: [] };
  const of = (id) => control.operators.find((one) => one.page === id) ?? null;
  const mine = control.holder !== null && control.holder === page;
  const holder = of(control.holder);
  return {
    known: true,
    mine,
    me: of(page),
    holder,
    gone: control.holder !== null && (holder === null || holder.online === false),
    nobody: control.holder === null,
    asking: control.operators.filter((one) => one.asking && one.page !== page),
    others: control.operators.filter((one) => one.page !== page),
  };
}

/** What people call a console: its name; one that was never named has a number for a name. */
export function operatorName(operator, t) {
  const name = operator?.name ?? "";
  return /^\d*$/.test(name) ? t("host.operator.number", { n: name }).trim() : name;
}

/**
 * The one thing that is to be done about the control from here, for the line above the controls; null where there is nothing.
 *
 * @returns {{id: string, label: string, command: object}|null}
 */
export function controlStep(control, t) {
  if (!control.known) return null;
  const step = (id, label, rest = {}) => ({ id: `control_${id}`, label, command: { type: "control", do: id, ...rest } });
  if (control.mine) {
    const [first] = control.asking;
    return first ? step("give", t("host.control.give", { name: operatorName(first, t) }), { page: first.page }) : null;
  }
  if (control.gone || control.nobody) return step("take", t("host.control.take"));
  return control.me?.asking ? step("withdraw", t("host.control.withdraw")) : step("ask", t("host.control.ask"));
}

/** Who has the control, in one sentence for who does not. */
export function controlWords(control, t) {
  if (control.nobody) return t("host.control.nobody");
  if (control.gone) return t(control.holder ? "host.control.gone" : "host.control.goneUnknown", { name: operatorName(control.holder, t) });
  return t(control.me?.asking ? "host.control.asked" : "host.control.theirs", { name: operatorName(control.holder, t) });
}
