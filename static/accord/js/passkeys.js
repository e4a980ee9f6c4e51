// Passkeys: a form whose sending first asks the browser for a passkey, made or used.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => buffer
  ? btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")
  : null;
const listed = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));

for (const form of document.querySelectorAll("form[data-accord-passkey]")) {
  form.addEventListener("submit", (event) => ask(event, form));
}

async function ask(event, form) {
  event.preventDefault();
  tell(form, null);
  if (!window.PublicKeyCredential) {
    tell(form, "none");
    return;
  }
  try {
    const options = (await optionsOf(form)).publicKey;
    const credential = await (form.dataset.accordPasskey === "make" ? make(form, options) : use(options));
    form.querySelector("[name=credential]").value = JSON.stringify(credential);
    form.submit();
  } catch (problem) {
    tell(form, problem.name === "SecurityError" ? "none" : "nothing");
  }
}

function tell(form, problem) {
  for (const sentence of form.querySelectorAll("[data-accord-problem]")) {
    sentence.hidden = sentence.dataset.accordProblem !== problem;
  }
}

// They stand in the page, or are fetched: at the sign-in nobody may want them.
async function optionsOf(form) {
  const kept = document.getElementById(form.dataset.accordOptions);
  if (kept) {
    return JSON.parse(kept.textContent);
  }
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  return (await answer.json()).request_options;
}

async function make(form, options) {
  const alone = form.querySelector("[name=passwordless]");
  const chosen = { ...options.authenticatorSelection };
  if (alone) {
    chosen.residentKey = alone.checked ? "required" : "discouraged";
    chosen.requireResidentKey = alone.checked;
    chosen.userVerification = alone.checked ? "required" : "preferred";
  }
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: listed(options.excludeCredentials),
      authenticatorSelection: chosen,
    },
  });
  return said(made, {
    attestationObject: text(made.response.attestationObject),
    transports: made.response.getTransports ? made.response.getTransports() : [],
  });
}

async function use(options) {
  const used = await navigator.credentials.get({
    publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: listed(options.allowCredentials) },
  });
  return said(used, {
    authenticatorData: text(used.response.authenticatorData),
    signature: text(used.response.signature),
    userHandle: text(used.response.userHandle),
  });
}

function said(credential, response) {
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
  };
}
