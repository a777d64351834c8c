/** Check the address of the service that a student types, by the rules of `tutor_lsp/service/address.py`. */

const EXAMPLE = "https://tutor.uni.example";
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Return what is wrong with an address, in a sentence for the student; undefined if it can be used. */
export function addressProblem(typed: string): string | undefined {
  const text = typed.trim();
  if (!/^https?:/i.test(text)) {
    return `Begin with https://, for example ${EXAMPLE}.`;
  }
  if (!/^https?:\/\/[^/?#\s]+\S*$/i.test(text) || !URL.canParse(text)) {
    return `This is not a whole address. A whole one looks like ${EXAMPLE}.`;
  }
  const { protocol, hostname, username, password } = new URL(text);
  if (username || password || /[?#]/.test(text)) {
    return `Enter the address alone: no name or password before it, and nothing with ? or # after it.`;
  }
  if (protocol === "http:" && !LOOPBACK.test(hostname)) {
    return "Begin with https:// instead of http://, which is not encrypted.";
  }
  return undefined;
}
