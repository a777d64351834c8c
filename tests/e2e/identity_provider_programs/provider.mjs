// Runs oidc-provider on a free port, with one client. Its own pages let anybody sign in under any name.
// Reads {client, port} as JSON from the first argument, and prints its address.
import { createServer } from "node:http";
import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

const { client, port } = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const key = (kid, type, options) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: "jwk" }),
  kid,
  use: "sig",
});

const provider = new Provider(issuer, {
  clients: [{ grant_types: ["authorization_code"], response_types: ["code"], ...client }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  conformIdTokenClaims: true,
  cookies: { keys: ["a key for tests only"] },
  features: {
    devInteractions: { enabled: true },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  jwks: { keys: [key("rsa", "rsa", { modulusLength: 2048 }), key("ec", "ec", { namedCurve: "P-256" })] },
  // Its own way to fetch refuses addresses of this machine, where the service under test is.
  fetch: (url, options) => globalThis.fetch(url, { ...options, dispatcher: undefined }),
  pkce: { required: () => true },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@uni.example`, email_verified: true, name: id }),
  }),
});

createServer(provider.callback()).listen(port, "127.0.0.1", () => console.log(`listening on ${issuer}`));
