// The whole of a deployment: `azd up` (docs/operations.md). Containers, queues, roles and the names of app settings come
// from the code, by app-model.json (`npm run infra:generate`).
targetScope = 'subscription'

@description('The name of the azd environment; resource groups are named after it.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('The first region: the one that takes over first, and the only one that writes unless multiRegionWrites is true.')
param location string

@description('More regions. Each gets a function app, a storage account and a copy of the data; needs cosmosCapacity autoscale.')
param additionalLocations string[] = []

@description('Whether every region writes, rather than the first alone.')
param multiRegionWrites bool = false

@description('Whether storage, plan and data are spread over the availability zones of each region.')
param zoneRedundant bool = false

@description('Whether Cosmos DB and storage can be reached through private endpoints only.')
param privateNetworking bool = false

@description('The Node.js version of the app.')
@allowed(['22', '24'])
param nodeVersion string = '22'

@description('Serverless is paid by the request and has one region; autoscale has any number and is paid by the hour.')
@allowed(['serverless', 'autoscale'])
param cosmosCapacity string = 'serverless'

@description('Request units a second that each container scales up to; it does not go below a tenth. Only with autoscale.')
@minValue(1000)
param autoscaleMaxThroughput int = 1000

@description('How many instances of the app a region may have.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 100

@description('The memory of an instance.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Instances that wait for HTTP requests, so that none starts cold. Paid for while they wait.')
@minValue(0)
param alwaysReadyInstances int = 0

@description('Who issues the tokens of callers; empty: the Entra tenant of the subscription.')
param authIssuer string = ''

@description('Whom those tokens must be for; empty: an app registration is made, and its client id it is.')
param authAudience string = ''

@description('App settings other than their defaults, by name: docs/settings.md.')
param appSettings object = {}

@description('What secrets of the app are made from: another one at each provisioning, which ends what they had signed.')
@secure()
param secretSeed string = newGuid()

@description('Who hears of alerts; empty: they are only shown in the portal.')
param alertEmail string = ''

var locations = concat([location], additionalLocations)
var suffix = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
var groupNames = [for (region, i) in locations: i == 0 ? 'rg-${environmentName}' : 'rg-${environmentName}-${region}']
var appNames = [for (region, i) in locations: 'func-${suffix}${i}']

// What all regions share is in the group of the first. Each has one of its own, since private DNS zones of one group
// could not tell the private endpoints of one account in two regions apart.
resource groups 'Microsoft.Resources/resourceGroups@2024-11-01' = [
  for (region, i) in locations: {
    name: groupNames[i]
    location: region
    tags: i == 0 ? tags : {}
  }
]

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: groups[0]
  params: {
    name: 'id-${suffix}'
    location: location
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: groups[0]
  params: {
    suffix: suffix
    location: location
    principalId: identity.outputs.principalId
  }
}

module cosmos 'modules/cosmos.bicep' = {
  name: 'cosmos'
  scope: groups[0]
  params: {
    name: 'cosmos-${suffix}'
    locations: locations
    multiRegionWrites: multiRegionWrites
    zoneRedundant: zoneRedundant
    publicAccess: !privateNetworking
    serverless: cosmosCapacity == 'serverless'
    autoscaleMaxThroughput: autoscaleMaxThroughput
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module registration 'modules/app-registration.bicep' = if (empty(authAudience)) {
  name: 'app-registration'
  scope: groups[0]
  params: {
    name: 'teams-async-operations-${environmentName}'
  }
}

var audience = empty(authAudience) ? registration!.outputs.clientId : authAudience
var issuer = empty(authIssuer) ? '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0' : authIssuer

module regions 'modules/region.bicep' = [
  for (region, i) in locations: {
    name: 'region-${region}'
    scope: groups[i]
    params: {
      location: region
      suffix: '${suffix}${i}'
      appName: appNames[i]
      // azd deploys to the one app that has this tag; to the others, the hook in azure.yaml.
      appTags: i == 0 ? { 'azd-service-name': 'api' } : {}
      privateNetworking: privateNetworking
      zoneRedundant: zoneRedundant
      nodeVersion: nodeVersion
      maximumInstanceCount: maximumInstanceCount
      instanceMemoryMB: instanceMemoryMB
      alwaysReadyInstances: alwaysReadyInstances
      authIssuer: issuer
      authAudience: audience
      appSettings: appSettings
      secretSeed: secretSeed
      identityId: identity.outputs.id
      identityClientId: identity.outputs.clientId
      principalId: identity.outputs.principalId
      cosmosAccountId: cosmos.outputs.id
      cosmosEndpoint: cosmos.outputs.endpoint
      workspaceId: monitoring.outputs.workspaceId
      insightsConnectionString: monitoring.outputs.connectionString
    }
  }
]

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: groups[0]
  params: {
    suffix: suffix
    location: location
    email: alertEmail
    cosmosAccountId: cosmos.outputs.id
    workspaceId: monitoring.outputs.workspaceId
    insightsId: monitoring.outputs.insightsId
    healthUrls: [for (region, i) in locations: 'https://${regions[i].outputs.hostName}/beta/health']
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = groupNames[0]
output AZURE_TENANT_ID string = tenant().tenantId
output API_URL string = 'https://${regions[0].outputs.hostName}'
output API_AUDIENCE string = audience
output API_ISSUER string = issuer

@description('The apps of the additional regions, `group/name` each, separated by blanks.')
output OTHER_APPS string = join(map(range(1, length(additionalLocations)), i => '${groupNames[i]}/${appNames[i]}'), ' ')
