/* Lets this browser be told by push: the button asks the browser, and hands Accord what it answers. */

const card = document.querySelector("[data-accord-push]");
const button = card?.querySelector("[data-accord-push-here]");
const says = card?.querySelector("[data-accord-push-says]");

function bytes(base64) {
  const plain = atob(base64.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

/* Hands over what the browser knows; the same again when it is known already, after a new sign-in. */
async function handOver(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  const body = new FormData();
  for (const [name, value] of Object.entries({ endpoint, p256dh: keys.p256dh, auth: keys.auth })) body.append(name, value);
  body.append("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  const answer = await fetch(card.dataset.subscribe, { method: "POST", body });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).problem);
}

async function subscribe() {
  const worker = await navigator.serviceWorker.register(card.dataset.worker, { scope: "/" });
  await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: bytes(card.dataset.accordPush) };
  const known = await worker.pushManager.getSubscription();
  try {
    await handOver(known ?? (await worker.pushManager.subscribe(options)));
  } catch (refusal) {
    // One that was made with another key of ours is of no use.
    if (!known) throw refusal;
    await known.unsubscribe();
    await handOver(await worker.pushManager.subscribe(options));
  }
}

/* What Accord has said, that the browser does not allow it, or that its maker's push service was not to be had. */
function sentence(refusal) {
  if (refusal.name === "Error" && refusal.message) return refusal.message;
  return refusal.name === "NotAllowedError" ? says.dataset.refused : says.dataset.unreached;
}

if (button && "serviceWorker" in navigator && "PushManager" in window) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await subscribe();
      window.location.reload();
    } catch (refusal) {
      says.textContent = sentence(refusal);
      button.disabled = false;
    }
  });
}
