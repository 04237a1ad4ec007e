// The function app on Flex Consumption: it runs the zip of `npm run package` as it is, and reaches everything by identity.
param name string
param suffix string
param location string
param tags object
@description('Empty: no network of its own.')
param subnetId string
param zoneRedundant bool
param nodeVersion string
param maximumInstanceCount int
param instanceMemoryMB int
param alwaysReadyInstances int
param authIssuer string
param authAudience string
param appSettings object
@secure()
param secretSeed string
param identityId string
param identityClientId string
param cosmosEndpoint string
param storageName string
param packageUrl string
param insightsConnectionString string

var model = loadJsonContent('../app-model.json')

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: 'plan-${suffix}'
  location: location
  kind: 'functionapp'
  sku: {
    tier: 'FlexConsumption'
    name: 'FC1'
  }
  properties: {
    reserved: true // Linux
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: nodeVersion
      }
      scaleAndConcurrency: {
        maximumInstanceCount: maximumInstanceCount
        instanceMemoryMB: instanceMemoryMB
        alwaysReady: alwaysReadyInstances == 0 ? [] : [{ name: 'http', instanceCount: alwaysReadyInstances }]
      }
    }
  }
}

// Those of app-model.json and no other: tests/unit/infrastructure.test.ts.
var requiredSettings = {
  AzureWebJobsStorage__accountName: storageName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  COSMOS_CONNECTION__accountEndpoint: cosmosEndpoint
  COSMOS_CONNECTION__credential: 'managedidentity'
  COSMOS_CONNECTION__clientId: identityClientId
  AUTH_ISSUER: authIssuer
  AUTH_AUDIENCE: authAudience
}
// The same in every region and instance, for they are made of the same seed.
var generatedSettings = toObject(
  model.settings.generated,
  name => name,
  name => '${guid(secretSeed, name, 'first')}${guid(secretSeed, name, 'second')}'
)

resource settings 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'appsettings'
  properties: union(model.settings.defaults, appSettings, generatedSettings, requiredSettings)
}

// Deployment by password, which would go around identities.
resource publishing 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = [
  for way in ['ftp', 'scm']: {
    parent: app
    name: way
    properties: { allow: false }
  }
]

output hostName string = app.properties.defaultHostName
