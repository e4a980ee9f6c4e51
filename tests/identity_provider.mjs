// A real identity provider (npm's oidc-provider) with one client and two accounts, for tests/browser/test_signing_in.py.
// Environment: PORT, and BACK, where people come back to. It prints a line when it answers.

import http from "node:http";

import Provider from "oidc-provider";

const port = Number(process.env.PORT);
const issuer = `http://127.0.0.1:${port}`;
const accounts = {
  "liaison@fia.example": { verified: true },
  "doubtful@fia.example": { verified: false },
};

const provider = new Provider(issuer, {
  clients: [{
    client_id: "accord",
    client_secret: "known-to-two",
    redirect_uris: [process.env.BACK],
    grant_types: ["authorization_code"],
    response_types: ["code"],
  }],
  claims: { openid: ["sub", "amr"], email: ["email", "email_verified"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  cookies: { keys: ["only for tests"] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, id) => accounts[id] && {
    accountId: id,
    claims: () => ({ sub: id, email: id, email_verified: accounts[id].verified }),
  },
  // Nobody is asked to agree: client and provider are of one house.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid email");
    await grant.save();
    return grant;
  },
});

const page = `<!doctype html><html lang="en"><title>Sign in at FIA</title><main><h1>Sign in at FIA</h1>
  <form method="post"><label>Account <input name="account"></label> <button>Sign in</button></form></main></html>`;

async function interact(request, response) {
  if (request.method !== "POST") {
    response.writeHead(200, { "Content-Type": "text/html" }).end(page);
    return;
  }
  let body = "";
  for await (const piece of request) {
    body += piece;
  }
  const login = { accountId: new URLSearchParams(body).get("account"), amr: ["pwd", "otp"] };
  await provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
}

const answer = provider.callback();
http.createServer((request, response) => {
  (request.url.startsWith("/interaction/") ? interact : answer)(request, response);
}).listen(port, "127.0.0.1", () => console.log("The provider answers."));
