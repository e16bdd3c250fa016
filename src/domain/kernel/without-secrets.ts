/** Everything before the last `@` of an address: a password with a bare `/` or `@` in it must not be shown either. */
const userInfo = /([a-z][a-z0-9+.-]*:\/\/)[^\s'"<>]*@/gi;
/** `?password=…` and the like. */
const secretParameters = /([?&;][\w.-]*(?:password|passwd|secret|token)=)[^\s&;'"<>]*/gi;

/**
 * The text with what is secret in its URLs masked: user and password, and parameters that hold one. For one URL, or for
 * a message that may quote some. Whatever names a store to people goes through here.
 */
export function withoutSecrets(text: string): string {
  return text.replaceAll(userInfo, '$1***@').replaceAll(secretParameters, '$1***');
}
