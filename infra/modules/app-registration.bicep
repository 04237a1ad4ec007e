// What callers ask Entra for a token to: the permissions that the code requires, under their names in Microsoft Graph.
extension microsoftGraphV1

param name string

var model = loadJsonContent('../app-model.json')

resource registration 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: name
  displayName: name
  signInAudience: 'AzureADMyOrg'
  api: {
    requestedAccessTokenVersion: 2
    oauth2PermissionScopes: [
      for scope in model.permissions.delegated: {
        id: guid(name, 'scope', scope)
        value: scope
        type: 'User'
        isEnabled: true
        adminConsentDisplayName: scope
        adminConsentDescription: 'What Microsoft Graph calls ${scope}, of the operations of a chat.'
      }
    ]
  }
  appRoles: [
    for role in model.permissions.application: {
      id: guid(name, 'role', role)
      value: role
      isEnabled: true
      allowedMemberTypes: ['Application']
      displayName: role
      description: 'What Microsoft Graph calls ${role}, of the operations of a chat.'
    }
  ]
}

// Without it nobody can be given the roles.
resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: registration.appId
}

output clientId string = registration.appId
