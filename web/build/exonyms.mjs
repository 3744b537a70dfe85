// French and English names of the cities whose GeoNames name is neither, keyed
// by country code and GeoNames name. A missing side keeps the GeoNames name.
const TABLE = `
AE Abu Dhabi|Abou Dabi|
AE Dubai|Dubaï|
AF Kabul|Kaboul|
AR Buenos Aires||
AT Vienna|Vienne|
AT Salzburg|Salzbourg|
AM Yerevan|Erevan|
AZ Baku|Bakou|
BE Antwerpen|Anvers|Antwerp
BE Brugge|Bruges|Bruges
BE Brussels|Bruxelles|
BE Gent|Gand|Ghent
BE Kortrijk|Courtrai|
BE Leuven|Louvain|
BE Mechelen|Malines|
BE Ostend|Ostende|
BE Aalst|Alost|
BE Dendermonde|Termonde|
BE Roeselare|Roulers|
BE Sint-Niklaas|Saint-Nicolas|
BY Mahilyow|Moguilev|Mogilev
BY Homyel'|Gomel|Gomel
CH Basel|Bâle|
CH Bern|Berne|
CH Genève||Geneva
CH Luzern|Lucerne|Lucerne
CH Sankt Gallen|Saint-Gall|St. Gallen
CH Schaffhausen|Schaffhouse|
CH Thun|Thoune|
CH Winterthur|Winterthour|
CH Zürich|Zurich|Zurich
CH Biel/Bienne|Bienne|Biel
CH Chur|Coire|
CN Beijing|Pékin|
CN Guangzhou|Canton|
CN Nanjing|Nankin|
CU Havana|La Havane|
CY Nicosia|Nicosie|
CZ Prague||
CZ Pilsen||
DE Köln|Cologne|Cologne
DE Munich||
DE Nürnberg|Nuremberg|Nuremberg
DE Hannover|Hanovre|Hanover
DE Hamburg|Hambourg|
DE Bremen|Brême|
DE Dresden|Dresde|
DE Frankfurt am Main|Francfort|Frankfurt
DE Freiburg|Fribourg-en-Brisgau|
DE Saarbrücken|Sarrebruck|
DE Trier|Trèves|
DE Mainz|Mayence|
DE Aachen|Aix-la-Chapelle|
DE Augsburg|Augsbourg|
DE Regensburg|Ratisbonne|
DE Braunschweig|Brunswick|Brunswick
DE Würzburg|Wurtzbourg|
DE Lübeck|Lübeck|
DK Copenhagen|Copenhague|
DK Århus|Aarhus|Aarhus
DZ Algiers|Alger|
EG Cairo|Le Caire|
EG Alexandria|Alexandrie|
EG Giza|Gizeh|
EG Luxor|Louxor|
ES Barcelona|Barcelone|
ES Sevilla|Séville|Seville
ES Zaragoza|Saragosse|
ES Valencia|Valence|
ES Córdoba|Cordoue|
ES Granada|Grenade|
ES A Coruña|La Corogne|
ES San Sebastián|Saint-Sébastien|
ES Donostia / San Sebastián|Saint-Sébastien|San Sebastián
ES Gasteiz / Vitoria|Vitoria|Vitoria
ES Pamplona|Pampelune|
ES Pamplona / Iruña|Pampelune|Pamplona
ES Girona|Gérone|
ES Lleida|Lérida|
ES Tarragona|Tarragone|
ES Palma|Palma de Majorque|
ES Salamanca|Salamanque|
ES Toledo|Tolède|
ES Cadiz|Cadix|
ES Murcia|Murcie|
FI Turku||
GB London|Londres|
GB Edinburgh|Édimbourg|
GB Dover|Douvres|
GB Canterbury|Cantorbéry|
GE Tbilisi|Tbilissi|
GR Athens|Athènes|
GR Thessaloníki|Thessalonique|Thessaloniki
GR Pátra|Patras|Patras
GR Irákleion|Héraklion|Heraklion
GR Piraeus|Le Pirée|
HR Zagreb||
ID Jakarta||
IE Luimneach|Limerick|Limerick
IE Gaillimh|Galway|Galway
IL Jerusalem|Jérusalem|
IL Haifa|Haïfa|
IN New Delhi||
IN Mumbai|Bombay|
IN Kolkata|Calcutta|
IN Chennai|Madras|
IQ Baghdad|Bagdad|
IQ Mosul|Mossoul|
IQ Basrah|Bassorah|Basra
IR Tehran|Téhéran|
IR Isfahan|Ispahan|
IT Rome||
IT Turin||
IT Milan||
IT Naples||
IT Genoa|Gênes|
IT Florence||
IT Venice|Venise|
IT Bologna|Bologne|
IT Palermo|Palerme|
IT Catania|Catane|
IT Messina|Messine|
IT Verona|Vérone|
IT Padova|Padoue|Padua
IT Livorno|Livourne|
IT Parma|Parme|
IT Modena|Modène|
IT Perugia|Pérouse|
IT Siena|Sienne|
IT Pisa|Pise|
IT Mantova|Mantoue|Mantua
IT Taranto|Tarente|
IT Trento|Trente|
IT Aosta|Aoste|
IT Cuneo|Coni|
IT Syracuse|Syracuse|
IT Bergamo|Bergame|
IT Ferrara|Ferrare|
IT Ravenna|Ravenne|
IT Piacenza|Plaisance|
IT Novara|Novare|
IT Reggio Calabria|Reggio de Calabre|
IT Reggio nell'Emilia|Reggio d’Émilie|Reggio Emilia
JP Tokyo||
KR Seoul|Séoul|
KP Pyongyang||
KW Kuwait City|Koweït|
LB Beirut|Beyrouth|
LB Sidon|Saïda|
LV Riga||
LT Vilnius||
LY Tripoli||
MA Marrakesh|Marrakech|
MA Tangier|Tanger|
MA Sale|Salé|Salé
MA Oujda-Angad|Oujda|Oujda
MC Monaco||
MD Chisinau|Chișinău|Chișinău
MK Skopje||
MM Yangon|Rangoun|
MN Ulan Bator|Oulan-Bator|Ulaanbaatar
MT Valletta|La Valette|
MX Mexico City|Mexico|
NL The Hague|La Haye|
NL Groningen|Groningue|
NL Nijmegen|Nimègue|
NL Leiden|Leyde|
NL Den Bosch|Bois-le-Duc|
NP Kathmandu|Katmandou|
PH Manila|Manille|
PL Warsaw|Varsovie|
PL Kraków|Cracovie|Krakow
PL Gdańsk||
PS Gaza||
PS Hebron|Hébron|
PS Nablus|Naplouse|
PT Lisbon|Lisbonne|
RO Bucharest|Bucarest|
RS Belgrade||
RU Moscow|Moscou|
RU Saint Petersburg|Saint-Pétersbourg|
RU Yekaterinburg|Iekaterinbourg|
RU Nizhniy Novgorod|Nijni Novgorod|Nizhny Novgorod
RU Rostov-na-Donu|Rostov-sur-le-Don|Rostov-on-Don
SA Riyadh|Riyad|
SA Jeddah|Djeddah|
SA Mecca|La Mecque|
SA Medina|Médine|
SD Khartoum||
SE Göteborg||Gothenburg
SG Singapore|Singapour|
SI Ljubljana||
SY Damascus|Damas|
SY Aleppo|Alep|
SY Ḩamāh|Hama|Hama
SY Latakia|Lattaquié|
SY Ar Raqqah|Raqqa|Raqqa
TR Istanbul||
TW Taipei||
UA Kyiv||
UA Odessa||Odesa
US New York City|New York|New York
US Philadelphia|Philadelphie|
US New Orleans|La Nouvelle-Orléans|
US Washington, D.C.|Washington|Washington
UZ Tashkent|Tachkent|
UZ Samarkand|Samarcande|
UZ Bukhara|Boukhara|
VA Vatican City|Vatican|Vatican
VN Hanoi|Hanoï|
VN Ho Chi Minh City|Hô Chi Minh-Ville|
YE Sanaa||
ZA Cape Town|Le Cap|
ET Addis Ababa|Addis-Abeba|
SO Mogadishu|Mogadiscio|
TD N'Djamena|N’Djaména|
LU Luxembourg||
FO Tórshavn||
IS Reykjavík||Reykjavik
BR São Paulo||
BR Brasília|Brasilia|
CO Bogotá|Bogota|
PA Panamá|Panama|Panama City
DO Santo Domingo|Saint-Domingue|
CL Santiago||
EC Quito||
CA Montréal||Montreal
CA Québec||Quebec City
RE Saint-Denis||
PM Saint-Pierre||
IM Douglas||
KZ Nur-Sultan|Astana|Astana
FM Palikir - National Government Center|Palikir|Palikir
PF Papeete||
`;

/** Names by "CC GeoNames name": {fr, en}, a missing side left out. */
export const EXONYMS = new Map(
  TABLE.trim()
    .split("\n")
    .map((line) => {
      const [key, fr, en] = line.split("|");
      return [key, { ...(fr && { fr }), ...(en && { en }) }];
    }),
);
