/** Base of this package's errors. */
export class IdentityError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The file with the signing keys cannot be used. It is left as it is. */
export class KeyFileDamagedError extends IdentityError {
  constructor(file: string, options?: ErrorOptions) {
    super('KeyFileDamaged', `The signing keys in ${file} cannot be read; delete the file to get new ones`, options);
  }
}

/** The `error` values of RFC 6749 §5.2 that the token endpoint sends, each with its status. */
const STATUS_OF_OAUTH_ERROR = {
  invalid_request: 400,
  invalid_scope: 400,
  unsupported_grant_type: 400,
} as const;

/** What the token endpoint rejects. The message goes to the client. */
export class TokenRequestError extends IdentityError {
  readonly oauthError: keyof typeof STATUS_OF_OAUTH_ERROR;

  constructor(oauthError: keyof typeof STATUS_OF_OAUTH_ERROR, message: string) {
    super('TokenRequest', message);
    this.oauthError = oauthError;
  }

  get status(): number {
    return STATUS_OF_OAUTH_ERROR[this.oauthError];
  }
}
