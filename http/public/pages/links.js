"use strict";
// The pages that links in mails open. The token stands in the fragment, so that no log or Referer has it, and nothing
// happens before the button is pressed, so that a mail scanner which opens links does nothing.

const french = document.documentElement.lang === "fr";
const say = (fr, en) => (french ? fr : en);
const secrets = new URLSearchParams(location.hash.slice(1));
const page = document.body.dataset.page;
const form = document.querySelector("form");
const status = document.querySelector("[role=status]");
const api = "/api/v1";

const refusals = {
  token_expired: say("Ce lien a expiré. Demandez-en un nouveau.", "This link has expired. Ask for a new one."),
  token_used: say("Ce lien a déjà servi.", "This link has been used already."),
  token_replaced: say("Un lien plus récent vous a été envoyé : ouvrez celui-là.",
    "A newer link was sent to you: open that one."),
  token_unknown: say("Ce lien n’est pas connu.", "This link is not known."),
  not_found: say("Ce lien n’est pas connu.", "This link is not known."),
  invalid_credentials: say("Ce n’est pas le mot de passe choisi à l’inscription.",
    "This is not the password that was chosen."),
  password_too_weak: say("Choisissez un mot de passe plus sûr : au moins douze caractères.",
    "Choose a stronger password: twelve characters at least."),
  space_not_opened: say("Cette clé n’est pas connue.", "This key is not known."),
  space_closed: say("Mon espace est fermé.", "My space is closed."),
  rate_limited: say("Trop d’essais. Attendez un peu.", "Too many tries. Wait a little."),
};

const pages = {
  confirm: {
    path: "/accounts/confirm",
    done: say("Votre compte est confirmé : vous pouvez vous connecter.", "Your account is confirmed: you can log in."),
  },
  reset: {
    path: "/password-resets/confirm",
    password: "password",
    done: say("Votre mot de passe est changé.", "Your password is changed."),
  },
  "email-change": {
    path: "/email-changes/confirm",
    done: say("Votre nouvelle adresse est confirmée.", "Your new address is confirmed."),
  },
  "email-undo": {
    path: "/email-changes/undo",
    done: say("Votre ancienne adresse est rétablie.", "Your former address is back."),
  },
  accept: {
    path: "/invitations/accept",
    password: "password",
    done: say("Votre compte est ouvert : vous pouvez vous connecter.", "Your account is open: you can log in."),
  },
  orders: { run: openOrder },
  space: { run: openSpace },
};

function show(text) {
  status.textContent = text;
}

function askPassword(label) {
  const field = form.querySelector(".password");
  field.hidden = false;
  field.querySelector("span").textContent = label;
  const input = field.querySelector("input");
  input.disabled = false;
  input.required = true;
  input.focus();
  return input;
}

// A2: who registered somebody else's address gains nothing by it, and its owner may choose anew.
function offerNewPassword() {
  const box = document.createElement("input");
  box.type = "checkbox";
  box.id = "fresh";
  const label = document.createElement("label");
  label.append(box, say(" Je n’ai pas choisi de mot de passe : celui-ci est nouveau (12 caractères au moins)",
    " I did not choose a password: this is a new one (12 characters at least)"));
  const line = document.createElement("p");
  line.append(label);
  form.querySelector(".password").after(line);
}

// A2: a link that is over offers a new one.
const asksAgain = { confirm: "/accounts/confirmation-mails", reset: "/password-resets" };
let askedAgain = false;

function offerAgain() {
  if (!asksAgain[page] || askedAgain) return;
  askedAgain = true;
  const address = document.createElement("input");
  address.type = "email";
  address.required = true;
  address.autocomplete = "email";
  const label = document.createElement("label");
  label.append(say("Votre adresse e-mail", "Your e-mail address"), document.createElement("br"), address);
  const line = document.createElement("p");
  line.append(label);
  const button = form.querySelector("button");
  button.textContent = say("Envoyer un nouveau lien", "Send a new link");
  form.replaceChildren(line, button);
}

async function sendAgain() {
  const answer = await post(asksAgain[page], { email: form.querySelector("input").value });
  if (answer.status >= 300) return show(refusals[answer.body.code] || say("Vérifiez l’adresse.", "Check the address."));
  form.hidden = true;
  show(say("Si un compte attend ce lien, il vient de partir : ouvrez vos messages.",
    "If an account waits for this link, it is on its way: look into your mailbox."));
}

async function post(path, body) {
  const answer = await fetch(api + path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json().catch(() => ({})) };
}

async function follow() {
  const what = pages[page];
  const body = { token: secrets.get("token") || "" };
  const input = form.querySelector("input");
  const fresh = document.querySelector("#fresh");
  if (!input.disabled) body[fresh && fresh.checked ? "new_password" : what.password || "password"] = input.value;
  const answer = await post(what.path, body);
  if (answer.status < 300) {
    form.hidden = true;
    show(what.done);
  } else if (answer.body.code === "password_required") {
    show(say("Vous ouvrez ce lien sur un autre appareil : saisissez le mot de passe choisi à l’inscription.",
      "You opened this link on another device: type the password that you chose."));
    askPassword(say("Mot de passe", "Password"));
    if (!fresh) offerNewPassword();
  } else {
    if (answer.status === 410) offerAgain();
    show(refusals[answer.body.code] || say("Cela n’a pas marché. Réessayez.", "That did not work. Try again."));
  }
}

function money(value) {
  const format = new Intl.NumberFormat(french ? "fr-FR" : "en-GB", { style: "currency", currency: value.currency });
  return format.format(value.amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

const statusOf = (order) => order.status === "paid" ? say("soldée", "paid") : order.status === "awaiting_payment"
  ? say("en attente de paiement", "awaiting payment") : say("annulée", "cancelled");
const headOf = (order) => order.number + " · " + money(order.total) + " · " + statusOf(order);

// A balance mail's unique key opens the client's space (S6), of which this page shows the balance and the orders.
async function openSpace() {
  const org = encodeURIComponent(secrets.get("org") || "");
  const key = form.querySelector("input").value;
  const answer = await post("/orgs/" + org + "/space-sessions", { key, mode: "token" });
  if (answer.status >= 300) return show(refusals[answer.body.code] || refusals.space_not_opened);
  const me = api + "/me/orgs/" + org;
  const headers = { Authorization: "Bearer " + answer.body.token };
  const read = async (path) => (await fetch(me + path, { headers })).json();
  const [wallet, orders] = await Promise.all([read("/wallet"), read("/orders")]);
  form.hidden = true;
  show(say("Votre situation de compte : ", "Your account situation: ") + money(wallet.balance));
  const list = document.querySelector("main ul");
  for (const order of orders.items) {
    const item = document.createElement("li");
    item.textContent = headOf(order);
    list.append(item);
  }
  if (wallet.balance.amount < 0) list.before(settleButton(me + "/wallet/repay", headers));
}

// W8: the repayment is an order, and says how it is paid.
function settleButton(path, headers) {
  const button = document.createElement("button");
  button.textContent = say("Régler mon solde", "Settle my balance");
  const key = crypto.getRandomValues(new Uint32Array(4)).join("-");
  button.addEventListener("click", async () => {
    button.disabled = true;
    const answer = await fetch(path, {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify({ method: "bank_transfer" }),
    });
    const order = await answer.json();
    if (answer.status === 409) return show(say("Un règlement est déjà en cours : voyez vos commandes.",
      "A repayment is under way: see your orders."));
    button.disabled = answer.status < 300;
    if (answer.status >= 300) return show(say("Cela n’a pas marché. Réessayez.", "That did not work. Try again."));
    const how = order.next_action || {};
    show(say("À régler par virement : ", "To pay by bank transfer: ") + money(order.total) + " · " + order.number +
      (how.instructions ? " · " + how.instructions : ""));
  });
  return button;
}

// The order's mail opens that one order, whatever the organisation's options say (S7).
async function openOrder() {
  const path = "/orgs/" + encodeURIComponent(secrets.get("org") || "") + "/order-links";
  const answer = await post(path, { number: secrets.get("order") || "", token: secrets.get("token") || "" });
  if (answer.status >= 300) return show(refusals[answer.body.code] || refusals.token_unknown);
  const order = answer.body;
  form.hidden = true;
  show(headOf(order));
  const list = document.querySelector("main ul");
  for (const line of order.lines) {
    const item = document.createElement("li");
    item.textContent = line.quantity + " × " + line.title + " : " + money(line.unit_price);
    list.append(item);
  }
  for (const ticket of order.tickets) {
    const item = document.createElement("li");
    item.textContent = (ticket.holder ? ticket.holder + " : " : "") + ticket.title + " — " + say("billet", "ticket") + " ";
    const code = document.createElement("code");
    code.textContent = ticket.code;
    item.append(code);
    const picture = order.pictures[ticket.id];
    if (picture) {
      const drawn = new DOMParser().parseFromString(picture, "image/svg+xml").documentElement;
      drawn.setAttribute("width", "240");
      drawn.setAttribute("aria-label", "QR");
      item.append(document.createElement("br"), document.importNode(drawn, true));
    }
    list.append(item);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  (pages[page].run || (askedAgain ? sendAgain : follow))().catch(() => show(say("Le serveur ne répond pas. Réessayez.",
    "The server does not answer. Try again."))).finally(() => { button.disabled = false; });
});
if (pages[page].password) askPassword(say("Nouveau mot de passe (12 caractères au moins)", "New password (12 characters at least)"));
if (page === "space") {
  const key = askPassword(say("Votre clé unique", "Your unique key"));
  key.type = "text";
  key.autocomplete = "off";
} else if (!secrets.get("token")) {
  show(refusals.token_unknown);
  offerAgain();
}
