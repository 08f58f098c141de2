// What all checks share: the client set up as people set it up for a server on their own machine.
import { neonConfig } from '@neondatabase/serverless';
import ws from 'ws';

// The address of the gateway, and who logs in.
export const gateway = process.env.GATEWAY;
export const connectionString = process.env.CONNECTION_STRING;
const secure = process.env.GATEWAY_TLS === '1';

neonConfig.fetchEndpoint = `${secure ? 'https' : 'http'}://${gateway}/sql`;
neonConfig.wsProxy = `${gateway}/v2`;
neonConfig.useSecureWebSocket = secure;
neonConfig.webSocketConstructor = ws;

// The connection string with parts changed.
export function changed(change) {
  const url = new URL(connectionString);
  change(url);
  return url.toString();
}

// The error that a promise is rejected with.
export async function rejection(promise) {
  const settled = await promise.then((value) => ({ value }), (error) => ({ error }));
  if (!('error' in settled)) throw new Error(`no error, but ${JSON.stringify(settled.value)}`);
  return settled.error;
}

// Waits until the function returns something true.
export async function eventually(condition) {
  const end = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`never true: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
