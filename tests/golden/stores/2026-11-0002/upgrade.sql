BEGIN TRANSACTION;
CREATE TABLE acks (
	target TEXT NOT NULL, 
	at TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (target)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE audit (
	seq INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	run TEXT, 
	incident TEXT, 
	body TEXT NOT NULL, 
	body_sha256 TEXT NOT NULL, 
	prev TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "audit" VALUES(1,'2026-01-05T03:00:02.500Z','remediator','started',NULL,NULL,'{"content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","epoch":1767582000,"start":"e3e70682c2094cac","store":"629f6fbed82c07cd","version":"0.1.0"}','b766fbb36d0774d72f59d1d455cf20db591abdac57582c197e998abb4f55cf96','0000000000000000000000000000000000000000000000000000000000000000','d0c466e2a15cfbe726b217fa3d86c13aec74fb058fd608c3845adce574fd371f');
INSERT INTO "audit" VALUES(2,'2026-01-05T03:00:02.500Z','remediator','rows',NULL,NULL,'{"changed":{"acks":{},"brakes":{},"debts":{},"downtimes":{},"locks":{},"own_downtimes":{},"pauses":{},"runs":{},"silences":{},"unacked":{},"wraps":{}},"covers_from_here":["pauses","silences","downtimes","own_downtimes","wraps","unacked","acks","locks","debts","runs","brakes"],"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[0,"5341e6b2646979a70e57653007a1f310"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[0,"5341e6b2646979a70e57653007a1f310"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','3c18c320b5bffe7a7b9d235dcf01b8fb3ef6c78e309494bdbcc63dcedea912c7','d0c466e2a15cfbe726b217fa3d86c13aec74fb058fd608c3845adce574fd371f','48678c43abfe47cee93c01291b32b1caa04439eb18a3c030a09b0a06f877f9cd');
INSERT INTO "audit" VALUES(3,'2026-01-05T03:00:20.000Z','root','baseline',NULL,NULL,'{"groups":["galera"],"hosts":["cmp1","cmp2","ctl1","ctl2","ctl3"],"keys":["container:cmp1:cron:cmp1-cron-1:image-1","container:cmp1:neutron_agent:cmp1-neutron_agent-1:image-1","container:cmp2:cron:cmp2-cron-1:image-1","container:cmp2:neutron_agent:cmp2-neutron_agent-1:image-1","container:ctl1:keystone:ctl1-keystone-1:image-1","container:ctl1:mariadb:ctl1-mariadb-1:image-1","container:ctl1:memcached:ctl1-memcached-1:image-1","container:ctl2:keystone:ctl2-keystone-1:image-1","container:ctl2:mariadb:ctl2-mariadb-1:image-1","container:ctl2:memcached:ctl2-memcached-1:image-1","container:ctl3:keystone:ctl3-keystone-1:image-1","container:ctl3:mariadb:ctl3-mariadb-1:image-1","container:ctl3:memcached:ctl3-memcached-1:image-1","start:cmp1:engine:1767322800","start:cmp1:host:1767322800","start:cmp2:host:1767322800","start:ctl1:engine:1767322800","start:ctl1:host:1767322800","start:ctl2:engine:1767322800","start:ctl2:host:1767322800","start:ctl3:engine:1767322800","start:ctl3:host:1767322800"],"marks":{"galera.cluster":{"after":{"addresses":{"ctl1":["192.0.2.11"],"ctl2":["192.0.2.12"],"ctl3":["192.0.2.13"]},"at":"2026-01-05T03:00:17.720Z","behind":null,"canaries":{"keystone.user":120},"conf_id":7,"data_bytes":10737418240,"flushes":true,"formed":{},"members":["ctl1","ctl2","ctl3"],"pc_recovery":true,"reformed_at":null,"seqno":1017,"size":3,"uuid":"5a2f8a3e-0000-11f0-8000-000000000001","version":"10.11.19-MariaDB-0+deb12u1"},"before":{"addresses":{"ctl1":["192.0.2.11"],"ctl2":["192.0.2.12"],"ctl3":["192.0.2.13"]},"at":"2026-01-05T03:00:17.720Z","behind":null,"canaries":{"keystone.user":120},"conf_id":7,"data_bytes":10737418240,"flushes":true,"formed":{},"members":["ctl1","ctl2","ctl3"],"pc_recovery":true,"reformed_at":null,"seqno":1017,"size":3,"uuid":"5a2f8a3e-0000-11f0-8000-000000000001","version":"10.11.19-MariaDB-0+deb12u1"}}},"reason":"a story","scope":"all"}','e3f38112cfeae19775af0dd82e8055d4dc542defd31b21e276c0a23b2cc99f3d','48678c43abfe47cee93c01291b32b1caa04439eb18a3c030a09b0a06f877f9cd','7e2f09e4d64be421d36e5d92b3e8f88310bc48f5794edc4038a516473023d6fa');
INSERT INTO "audit" VALUES(4,'2026-01-05T03:01:36.050Z','remediator','incident',NULL,'inc-1','{"check":"galera-upgrade","state":"open","target":"galera/ctl2","text":"WARNING HARD 3: mariadb-upgrade has to run here: its tables are recorded as those of 10.6.16-MariaDB, its server is 10.11.19-MariaDB-0+deb12u1"}','abce871ab1d4eca9f3d0f9b8e18f87cc2b089005a6734c1780258b04ca4c3d85','7e2f09e4d64be421d36e5d92b3e8f88310bc48f5794edc4038a516473023d6fa','88ab6d1daccf93df990989191ab46ec38e2ba70590a3196f42e6426d859774e1');
INSERT INTO "audit" VALUES(5,'2026-01-05T03:01:36.050Z','remediator','decision',NULL,'inc-1','{"condition":"data.bootstrap_left_over","content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","decision":"dec-1","outcome":"skipped","plan_hash":null,"reason":"its condition is false","rule":"galera-bootstrap-left-over","values":{"bootstrap_left_over":false},"verdicts":[]}','635b5883a799818d3498ee618627048ad76cdb20caa8ceaf5d906c4056c83bef','88ab6d1daccf93df990989191ab46ec38e2ba70590a3196f42e6426d859774e1','cf19497d934dc09595180ac5d4cf1253b96b0c22aaeb70c46c135594f040df0a');
INSERT INTO "audit" VALUES(6,'2026-01-05T03:01:36.050Z','remediator','decision',NULL,'inc-1','{"condition":"data.statistics_outdated && !data.upgrade_needed","content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","decision":"dec-2","outcome":"skipped","plan_hash":null,"reason":"its condition is false","rule":"galera-statistics-outdated","values":{"statistics_outdated":false,"upgrade_needed":true},"verdicts":[]}','5f420d8d67c40b774f9a630450bd1e51d3cda04589e502800f861c8a8a315456','cf19497d934dc09595180ac5d4cf1253b96b0c22aaeb70c46c135594f040df0a','9ea949da8b9b5647e7d700122b517753750aa428d79424197cb322f29b84a304');
INSERT INTO "audit" VALUES(7,'2026-01-05T03:01:36.050Z','remediator','decision',NULL,'inc-1','{"condition":"data.upgrade_needed && !data.downgraded && !data.bootstrap_left_over\n&& data.cluster_status == ''Primary'' && data.local_state == ''Synced''\n&& data.cluster_size == data.group_size && data.others_synced + 1 == data.group_size\n&& !data.any_donor_or_joiner && !data.split && !data.disk_full && data.abs_clock_offset_s <= 2.0 && data.named_twice == null\n","content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","decision":"dec-3","outcome":"skipped","plan_hash":null,"reason":"bad since 03:00:35 UTC, it waits 10 min before it acts: until 03:10:35","rule":"galera-upgrade-needed","values":{"abs_clock_offset_s":0.05,"any_donor_or_joiner":false,"bootstrap_left_over":false,"cluster_size":3,"cluster_status":"Primary","disk_full":false,"downgraded":false,"group_size":3,"local_state":"Synced","named_twice":null,"others_synced":2,"split":false,"upgrade_needed":true},"verdicts":[]}','f61bb0ca757962cc0442b64d87e776ffabe2cc914d753225adb894c223b1fe2f','9ea949da8b9b5647e7d700122b517753750aa428d79424197cb322f29b84a304','5c3a4aa3a13de615ecf5638e3df8291932b447575affebcc4297a6116bf3bb6a');
INSERT INTO "audit" VALUES(8,'2026-01-05T03:10:43.610Z','remediator','planned','run-1','inc-1','{"locks":["group:galera","host:ctl2"],"plan":{"check":"galera-upgrade","content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","hash":"f4c7017404b515e6fd7a80697073a08eb2287917b2d06ac9c65928d7a7794b4b","held_at_most_s":14400,"hosts":["ctl2"],"identity":{"boot_id":"boot-ctl2-0","container_id":"ctl2-mariadb-1","invocation_id":"ctl2-mariadb-inv1","started_at":"2026-01-02T03:00:00+00:00","unit":"kolla-mariadb-container.service"},"risk":"R2","rule":"galera-upgrade-needed","runbook":"galera-mariadb-upgrade","steps":[{"action":"galera.login","commands":[{"argv":["sh","-c","[ \"$0:$#\" = galera-login:1 ] || exit 2; E=$1; A=; for U in mysql root; do if $E exec -u \"$U\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb || command -v mysql) && \"$C\" --protocol=socket --connect-timeout=5 --user=\"$0\" -NBe \"SHOW GRANTS\" 2>/dev/null | grep -q \"^GRANT ALL PRIVILEGES ON [*][.][*] \"'' \"$U\"; then A=$U; break; fi; done; echo \"remediator-login ${A:-none}\"","galera-login","docker"],"host":"ctl2","privileged":true,"timeout_s":60}],"effect":"observe","fresh":false,"holds_units":false,"host":"","id":"login","judges_group":false,"late":true,"parallel":false,"params":{},"risk":"R0","summary":"see whether the member lets one of its own system users in over its socket, without a password","takes_away_healthy":false,"timeout_s":120},{"action":"galera.upgrade_tables","commands":[{"argv":["sh","-c","[ \"$0:$#\" = galera-upgrade:1 ] || exit 2; E=$1; A=; for U in mysql root; do if $E exec -u \"$U\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb || command -v mysql) && \"$C\" --protocol=socket --connect-timeout=5 --user=\"$0\" -NBe \"SHOW GRANTS\" 2>/dev/null | grep -q \"^GRANT ALL PRIVILEGES ON [*][.][*] \"'' \"$U\"; then A=$U; break; fi; done; [ -n \"$A\" ] || { echo \"no login without a password\"; exit 4; }; $E exec -u \"$A\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb-upgrade || command -v mysql_upgrade) && exec \"$C\" --protocol=socket --user=\"$0\"'' \"$A\" 2>&1","galera-upgrade","docker"],"host":"ctl2","privileged":true,"timeout_s":3600}],"effect":"idempotent","fresh":true,"holds_units":false,"host":"","id":"upgrade","judges_group":true,"late":true,"parallel":false,"params":{"login":{"from":"login"}},"risk":"R2","summary":"run mariadb-upgrade on this one member, without a password, and see that it is recorded","takes_away_healthy":false,"timeout_s":900}],"target":"galera/ctl2","verify":{"check":"galera-upgrade","hold_s":30,"within_s":600}},"plan_hash":"f4c7017404b515e6fd7a80697073a08eb2287917b2d06ac9c65928d7a7794b4b","runbook":"galera-mariadb-upgrade","target":"galera/ctl2"}','d7012fd2a46089c0751f962005d01ef8f65e13f2eb6a63947c02a67710f3c225','5c3a4aa3a13de615ecf5638e3df8291932b447575affebcc4297a6116bf3bb6a','9a010f98ae38325e10e4986a011df7133bb5b5fab56dd6bfc8f22fed649daede');
INSERT INTO "audit" VALUES(9,'2026-01-05T03:10:43.610Z','remediator','decision','run-1','inc-1','{"condition":"data.upgrade_needed && !data.downgraded && !data.bootstrap_left_over\n&& data.cluster_status == ''Primary'' && data.local_state == ''Synced''\n&& data.cluster_size == data.group_size && data.others_synced + 1 == data.group_size\n&& !data.any_donor_or_joiner && !data.split && !data.disk_full && data.abs_clock_offset_s <= 2.0 && data.named_twice == null\n","content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","decision":"dec-4","outcome":"fired","plan_hash":"f4c7017404b515e6fd7a80697073a08eb2287917b2d06ac9c65928d7a7794b4b","reason":"its condition is true","rule":"galera-upgrade-needed","values":{"abs_clock_offset_s":0.05,"any_donor_or_joiner":false,"bootstrap_left_over":false,"cluster_size":3,"cluster_status":"Primary","disk_full":false,"downgraded":false,"group_size":3,"local_state":"Synced","named_twice":null,"others_synced":2,"split":false,"upgrade_needed":true},"verdicts":[{"allow":true,"guard":"target","inputs":{"target":"galera/ctl2"},"reason":"","until":null},{"allow":true,"guard":"stateful","inputs":{},"reason":"","until":null},{"allow":true,"guard":"hours","inputs":{"hours":"any"},"reason":"","until":null},{"allow":true,"guard":"mode","inputs":{"mode":"auto","source":"autonomy.R2"},"reason":"","until":null},{"allow":true,"guard":"autonomy","inputs":{"risk":"R2"},"reason":"","until":null},{"allow":true,"guard":"approval","inputs":{"needed":false},"reason":"","until":null},{"allow":true,"guard":"pause","inputs":{},"reason":"","until":null},{"allow":true,"guard":"silence","inputs":{},"reason":"","until":null},{"allow":true,"guard":"downtime","inputs":{},"reason":"","until":null},{"allow":true,"guard":"evidence_age","inputs":{"limit_s":60},"reason":"","until":null},{"allow":true,"guard":"self_vantage","inputs":{"answering":5,"hosts":5,"references":0},"reason":"","until":null},{"allow":true,"guard":"startup","inputs":{},"reason":"","until":null},{"allow":true,"guard":"clock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"restored","inputs":{},"reason":"","until":null},{"allow":true,"guard":"storm","inputs":{"scopes":3},"reason":"","until":null},{"allow":true,"guard":"budget","inputs":{"runs":0},"reason":"","until":null},{"allow":true,"guard":"cooldown","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ack","inputs":{},"reason":"","until":null},{"allow":true,"guard":"undone","inputs":{"undone":0},"reason":"","until":null},{"allow":true,"guard":"quorum","inputs":{"judged_by":"its own decision on evidence of every member"},"reason":"","until":null},{"allow":true,"guard":"host_boot","inputs":{},"reason":"","until":null},{"allow":true,"guard":"lock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"maintenance","inputs":{},"reason":"","until":null},{"allow":true,"guard":"operator_intent","inputs":{},"reason":"","until":null},{"allow":true,"guard":"competing","inputs":{},"reason":"","until":null},{"allow":true,"guard":"dependency","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ourselves","inputs":{},"reason":"","until":null},{"allow":true,"guard":"baseline","inputs":{"group":"galera"},"reason":"","until":null}]}','e4228bfb9dc71bfff31a92d4486d0eb16991270ca3e1c32e31577f72dbb79b19','9a010f98ae38325e10e4986a011df7133bb5b5fab56dd6bfc8f22fed649daede','0ddea782bade4bc1b512e25eea010e1761a3fec346a573b6064c1f508df15a57');
INSERT INTO "audit" VALUES(10,'2026-01-05T03:10:43.610Z','remediator','rows',NULL,NULL,'{"changed":{"locks":{"group:galera":"776f333085d9afd8","host:ctl2":"00862020cabc1c58"},"runs":{"run-1":"236305a97fdd13d9"}},"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[2,"4e5f7f05c5671f52f6eff00d509936ef"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[1,"74552217c012b2f9100fab0252fa4e4c"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','a824b7b5f271fe2f8c3ed7e764e744c25a49ec8cb573c7e55b299400c5ef9a88','0ddea782bade4bc1b512e25eea010e1761a3fec346a573b6064c1f508df15a57','9bda49af9651aea8f5e98a4e5fc464a79e981b075355d299c9e4b5f4f83975ea');
INSERT INTO "audit" VALUES(11,'2026-01-05T03:10:43.820Z','remediator','gated','run-1','inc-1','{"plan_hash":"f4c7017404b515e6fd7a80697073a08eb2287917b2d06ac9c65928d7a7794b4b","runbook":"galera-mariadb-upgrade","target":"galera/ctl2","verdicts":[{"allow":true,"guard":"target","inputs":{"target":"galera/ctl2"},"reason":"","until":null},{"allow":true,"guard":"stateful","inputs":{},"reason":"","until":null},{"allow":true,"guard":"hours","inputs":{"hours":"any"},"reason":"","until":null},{"allow":true,"guard":"mode","inputs":{"mode":"auto","source":"autonomy.R2"},"reason":"","until":null},{"allow":true,"guard":"autonomy","inputs":{"risk":"R2"},"reason":"","until":null},{"allow":true,"guard":"approval","inputs":{"needed":false},"reason":"","until":null},{"allow":true,"guard":"pause","inputs":{},"reason":"","until":null},{"allow":true,"guard":"silence","inputs":{},"reason":"","until":null},{"allow":true,"guard":"downtime","inputs":{},"reason":"","until":null},{"allow":true,"guard":"evidence_age","inputs":{"limit_s":60},"reason":"","until":null},{"allow":true,"guard":"rediagnosis","inputs":{"state":"WARNING"},"reason":"","until":null},{"allow":true,"guard":"already_fixed","inputs":{},"reason":"","until":null},{"allow":true,"guard":"changed","inputs":{},"reason":"","until":null},{"allow":true,"guard":"self_vantage","inputs":{"answering":5,"hosts":5,"references":0},"reason":"","until":null},{"allow":true,"guard":"startup","inputs":{},"reason":"","until":null},{"allow":true,"guard":"clock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"restored","inputs":{},"reason":"","until":null},{"allow":true,"guard":"storm","inputs":{"scopes":3},"reason":"","until":null},{"allow":true,"guard":"budget","inputs":{"runs":0},"reason":"","until":null},{"allow":true,"guard":"cooldown","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ack","inputs":{},"reason":"","until":null},{"allow":true,"guard":"undone","inputs":{"undone":0},"reason":"","until":null},{"allow":true,"guard":"quorum","inputs":{"judged_by":"its own decision on evidence of every member"},"reason":"","until":null},{"allow":true,"guard":"host_boot","inputs":{},"reason":"","until":null},{"allow":true,"guard":"lock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"maintenance","inputs":{},"reason":"","until":null},{"allow":true,"guard":"operator_intent","inputs":{},"reason":"","until":null},{"allow":true,"guard":"competing","inputs":{},"reason":"","until":null},{"allow":true,"guard":"dependency","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ourselves","inputs":{},"reason":"","until":null},{"allow":true,"guard":"baseline","inputs":{"group":"galera"},"reason":"","until":null}]}','d8d69be2c59c8f9d98f0f20396f7d52d504e4f58cd731dbe955d2c9cc0ca0a42','9bda49af9651aea8f5e98a4e5fc464a79e981b075355d299c9e4b5f4f83975ea','7cee05187a17c80fd24cc985d040cd9053a9de015ec3a960a22bd515039a862b');
INSERT INTO "audit" VALUES(12,'2026-01-05T03:10:43.820Z','remediator','intent','run-1','inc-1','{"action":"galera.login","before":{"boot_id":"boot-ctl2-0","container_id":"ctl2-mariadb-1","intent_at":"2026-01-05T03:10:43.820Z","invocation_id":"ctl2-mariadb-inv1","run":"sim.629f6fbed82c07cd.run-1","started_at":"2026-01-02T03:00:00+00:00","unit":"kolla-mariadb-container.service"},"commands":[{"argv":["sh","-c","[ \"$0:$#\" = galera-login:1 ] || exit 2; E=$1; A=; for U in mysql root; do if $E exec -u \"$U\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb || command -v mysql) && \"$C\" --protocol=socket --connect-timeout=5 --user=\"$0\" -NBe \"SHOW GRANTS\" 2>/dev/null | grep -q \"^GRANT ALL PRIVILEGES ON [*][.][*] \"'' \"$U\"; then A=$U; break; fi; done; echo \"remediator-login ${A:-none}\"","galera-login","docker"],"host":"ctl2","privileged":true}],"effect":"observe","plan_hash":"f4c7017404b515e6fd7a80697073a08eb2287917b2d06ac9c65928d7a7794b4b","runbook":"galera-mariadb-upgrade","step":"login","target":"galera/ctl2"}','b7be0e6d231acaccd97d1a351fe212036a0a3fdd7c6f9fec8c7f71745779bbfc','7cee05187a17c80fd24cc985d040cd9053a9de015ec3a960a22bd515039a862b','b96b0c02ae41291e235184d70c56a1fe8324ffa3430155d37bcb34b78a664498');
INSERT INTO "audit" VALUES(13,'2026-01-05T03:10:43.820Z','remediator','incident','run-1','inc-1','{"check":"galera-upgrade","state":"curing","target":"galera/ctl2","text":"ctl2: galera-login docker"}','25190270d9c2c1472c97da268dcf284f804fb47a115488fcbd9a75b7e6b39278','b96b0c02ae41291e235184d70c56a1fe8324ffa3430155d37bcb34b78a664498','fc06cc8474b9110e5927e97e31a1d1df1011d6d34dd950b36b8a3470607fb4ae');
INSERT INTO "audit" VALUES(14,'2026-01-05T03:10:43.820Z','remediator','rows',NULL,NULL,'{"changed":{"runs":{"run-1":"baec738a72f51a2e"}},"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[2,"4e5f7f05c5671f52f6eff00d509936ef"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[1,"4f5e800b0bfd32b3b1c5bb3a4ec28d67"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','618125dbec207a3f5e3861a4bb3405ad9af836d7978784c34126028f4d9d0482','fc06cc8474b9110e5927e97e31a1d1df1011d6d34dd950b36b8a3470607fb4ae','d3b6c4cb9c1d76b0bc0fb07b49a74ac78668c7da1bdf049e108b0f32b1752a84');
INSERT INTO "audit" VALUES(15,'2026-01-05T03:10:44.330Z','remediator','outcome','run-1','inc-1','{"output_sha256":"bc696e2756a43cec16e4018c062dfb2e620b50f6537f42de82ce5f950a4d42fb","plan_hash":"f4c7017404b515e6fd7a80697073a08eb2287917b2d06ac9c65928d7a7794b4b","probe":null,"result":"ok","runbook":"galera-mariadb-upgrade","state":"done","step":"login","target":"galera/ctl2"}','25b16353df4381139234e368d5e0cfcef5cdcf8507b77aa0974beba0e3be3795','d3b6c4cb9c1d76b0bc0fb07b49a74ac78668c7da1bdf049e108b0f32b1752a84','b771d192bd5644ea410671ec07f8179df4726c57eec212bbbf26d40e1601ac21');
INSERT INTO "audit" VALUES(16,'2026-01-05T03:10:44.330Z','remediator','rows',NULL,NULL,'{"changed":{"runs":{"run-1":"dff9eba89243af81"}},"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[2,"4e5f7f05c5671f52f6eff00d509936ef"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[1,"8c8ca6d0c302eff279ffe6307d245d42"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','b3ec6e8fe9efec5c995e3ae4d914caad275cffa960e1fca9d441c48facf7dc81','b771d192bd5644ea410671ec07f8179df4726c57eec212bbbf26d40e1601ac21','9a3b4b9678552aaf15747502ffaa92d3b937ef8b16f9ad256c7db4a7d442c61a');
INSERT INTO "audit" VALUES(17,'2026-01-05T03:10:44.540Z','remediator','rows',NULL,NULL,'{"changed":{"runs":{"run-1":"df73c771320b23c0"}},"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[2,"4e5f7f05c5671f52f6eff00d509936ef"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[1,"30b13a98215593827c5e3b3817919ed8"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','f5581260df4cc81efc1b130c3dedaff08b64fc3de2ef50f14baeb735c0e85fb8','9a3b4b9678552aaf15747502ffaa92d3b937ef8b16f9ad256c7db4a7d442c61a','b20fe8be15a01a46638533ae75f5ca9b58305353e0c67eac64bfc0bb1dded779');
INSERT INTO "audit" VALUES(18,'2026-01-05T03:10:44.750Z','remediator','intent','run-1','inc-1','{"action":"galera.upgrade_tables","before":{"boot_id":"boot-ctl2-0","container_id":"ctl2-mariadb-1","intent_at":"2026-01-05T03:10:44.750Z","invocation_id":"ctl2-mariadb-inv1","run":"sim.629f6fbed82c07cd.run-1","started_at":"2026-01-02T03:00:00+00:00","unit":"kolla-mariadb-container.service"},"claimed":["ctl1","ctl2","ctl3"],"commands":[{"argv":["sh","-c","[ \"$0:$#\" = galera-upgrade:1 ] || exit 2; E=$1; A=; for U in mysql root; do if $E exec -u \"$U\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb || command -v mysql) && \"$C\" --protocol=socket --connect-timeout=5 --user=\"$0\" -NBe \"SHOW GRANTS\" 2>/dev/null | grep -q \"^GRANT ALL PRIVILEGES ON [*][.][*] \"'' \"$U\"; then A=$U; break; fi; done; [ -n \"$A\" ] || { echo \"no login without a password\"; exit 4; }; $E exec -u \"$A\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb-upgrade || command -v mysql_upgrade) && exec \"$C\" --protocol=socket --user=\"$0\"'' \"$A\" 2>&1","galera-upgrade","docker"],"host":"ctl2","privileged":true}],"effect":"idempotent","plan_hash":"f4c7017404b515e6fd7a80697073a08eb2287917b2d06ac9c65928d7a7794b4b","runbook":"galera-mariadb-upgrade","step":"upgrade","target":"galera/ctl2"}','36f4de53b872c9c2d88fc36a75d6039ba1a410bcfe34ff7a3b20d6acb2b025f1','b20fe8be15a01a46638533ae75f5ca9b58305353e0c67eac64bfc0bb1dded779','595113640e84493c5d313e30197b23e430475167cc5099cf9f91eb242f8c037b');
INSERT INTO "audit" VALUES(19,'2026-01-05T03:10:44.750Z','remediator','rows',NULL,NULL,'{"changed":{"runs":{"run-1":"af022cbed0896acd"}},"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[2,"4e5f7f05c5671f52f6eff00d509936ef"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[1,"ef9213426b2266ebab1d59950cf05344"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','1386763b0b1416caf565ca5d7fa4762ad2413801c9c721730f5cfb8f416e1802','595113640e84493c5d313e30197b23e430475167cc5099cf9f91eb242f8c037b','791c18b4de48e6a735f1b85eb78674e64eb05bc9589ba7bbf0f2d37b6d07048c');
CREATE TABLE baseline (
	"key" TEXT NOT NULL, 
	scope TEXT NOT NULL, 
	at TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "baseline" VALUES('container:cmp1:cron:cmp1-cron-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:cmp1:neutron_agent:cmp1-neutron_agent-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:cmp2:cron:cmp2-cron-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:cmp2:neutron_agent:cmp2-neutron_agent-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl1:keystone:ctl1-keystone-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl1:mariadb:ctl1-mariadb-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl1:memcached:ctl1-memcached-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl2:keystone:ctl2-keystone-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl2:mariadb:ctl2-mariadb-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl2:memcached:ctl2-memcached-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl3:keystone:ctl3-keystone-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl3:mariadb:ctl3-mariadb-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl3:memcached:ctl3-memcached-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:cmp1:engine:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:cmp1:host:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:cmp2:host:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:ctl1:engine:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:ctl1:host:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:ctl2:engine:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:ctl2:host:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:ctl3:engine:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:ctl3:host:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
CREATE TABLE debts (
	id TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	run TEXT NOT NULL, 
	open BOOLEAN NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (n)
);
CREATE TABLE decisions (
	id TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	incident TEXT NOT NULL, 
	event TEXT, 
	run TEXT, 
	rule TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (n)
);
INSERT INTO "decisions" VALUES('dec-1',1,'inc-1','ev-2',NULL,'galera-bootstrap-left-over','{"id":"dec-1","at":[1767582096.05,5096.05,"boot-daemon-0"],"incident":"inc-1","event":"ev-2","rule":"galera-bootstrap-left-over","outcome":"skipped","reason":"its condition is false","condition":"data.bootstrap_left_over","values":{"bootstrap_left_over":false},"verdicts":[],"plan":null,"run":null,"content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","waits":false}');
INSERT INTO "decisions" VALUES('dec-2',2,'inc-1','ev-2',NULL,'galera-statistics-outdated','{"id":"dec-2","at":[1767582096.05,5096.05,"boot-daemon-0"],"incident":"inc-1","event":"ev-2","rule":"galera-statistics-outdated","outcome":"skipped","reason":"its condition is false","condition":"data.statistics_outdated && !data.upgrade_needed","values":{"statistics_outdated":false,"upgrade_needed":true},"verdicts":[],"plan":null,"run":null,"content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","waits":false}');
INSERT INTO "decisions" VALUES('dec-3',3,'inc-1','ev-2',NULL,'galera-upgrade-needed','{"id":"dec-3","at":[1767582096.05,5096.05,"boot-daemon-0"],"incident":"inc-1","event":"ev-2","rule":"galera-upgrade-needed","outcome":"skipped","reason":"bad since 03:00:35 UTC, it waits 10 min before it acts: until 03:10:35","condition":"data.upgrade_needed && !data.downgraded && !data.bootstrap_left_over\n&& data.cluster_status == ''Primary'' && data.local_state == ''Synced''\n&& data.cluster_size == data.group_size && data.others_synced + 1 == data.group_size\n&& !data.any_donor_or_joiner && !data.split && !data.disk_full && data.abs_clock_offset_s <= 2.0 && data.named_twice == null\n","values":{"upgrade_needed":true,"downgraded":false,"bootstrap_left_over":false,"cluster_status":"Primary","local_state":"Synced","cluster_size":3,"group_size":3,"others_synced":2,"any_donor_or_joiner":false,"split":false,"disk_full":false,"abs_clock_offset_s":0.05,"named_twice":null},"verdicts":[],"plan":null,"run":null,"content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","waits":true}');
INSERT INTO "decisions" VALUES('dec-4',4,'inc-1','ev-2','run-1','galera-upgrade-needed','{"id":"dec-4","at":[1767582643.61,5643.61,"boot-daemon-0"],"incident":"inc-1","event":"ev-2","rule":"galera-upgrade-needed","outcome":"fired","reason":"its condition is true","condition":"data.upgrade_needed && !data.downgraded && !data.bootstrap_left_over\n&& data.cluster_status == ''Primary'' && data.local_state == ''Synced''\n&& data.cluster_size == data.group_size && data.others_synced + 1 == data.group_size\n&& !data.any_donor_or_joiner && !data.split && !data.disk_full && data.abs_clock_offset_s <= 2.0 && data.named_twice == null\n","values":{"upgrade_needed":true,"downgraded":false,"bootstrap_left_over":false,"cluster_status":"Primary","local_state":"Synced","cluster_size":3,"group_size":3,"others_synced":2,"any_donor_or_joiner":false,"split":false,"disk_full":false,"abs_clock_offset_s":0.05,"named_twice":null},"verdicts":[{"guard":"target","allow":true,"reason":"","inputs":{"target":"galera/ctl2"},"until":null},{"guard":"stateful","allow":true,"reason":"","inputs":{},"until":null},{"guard":"hours","allow":true,"reason":"","inputs":{"hours":"any"},"until":null},{"guard":"mode","allow":true,"reason":"","inputs":{"mode":"auto","source":"autonomy.R2"},"until":null},{"guard":"autonomy","allow":true,"reason":"","inputs":{"risk":"R2"},"until":null},{"guard":"approval","allow":true,"reason":"","inputs":{"needed":false},"until":null},{"guard":"pause","allow":true,"reason":"","inputs":{},"until":null},{"guard":"silence","allow":true,"reason":"","inputs":{},"until":null},{"guard":"downtime","allow":true,"reason":"","inputs":{},"until":null},{"guard":"evidence_age","allow":true,"reason":"","inputs":{"limit_s":60},"until":null},{"guard":"self_vantage","allow":true,"reason":"","inputs":{"hosts":5,"answering":5,"references":0},"until":null},{"guard":"startup","allow":true,"reason":"","inputs":{},"until":null},{"guard":"clock","allow":true,"reason":"","inputs":{},"until":null},{"guard":"restored","allow":true,"reason":"","inputs":{},"until":null},{"guard":"storm","allow":true,"reason":"","inputs":{"scopes":3},"until":null},{"guard":"budget","allow":true,"reason":"","inputs":{"runs":0},"until":null},{"guard":"cooldown","allow":true,"reason":"","inputs":{},"until":null},{"guard":"ack","allow":true,"reason":"","inputs":{},"until":null},{"guard":"undone","allow":true,"reason":"","inputs":{"undone":0},"until":null},{"guard":"quorum","allow":true,"reason":"","inputs":{"judged_by":"its own decision on evidence of every member"},"until":null},{"guard":"host_boot","allow":true,"reason":"","inputs":{},"until":null},{"guard":"lock","allow":true,"reason":"","inputs":{},"until":null},{"guard":"maintenance","allow":true,"reason":"","inputs":{},"until":null},{"guard":"operator_intent","allow":true,"reason":"","inputs":{},"until":null},{"guard":"competing","allow":true,"reason":"","inputs":{},"until":null},{"guard":"dependency","allow":true,"reason":"","inputs":{},"until":null},{"guard":"ourselves","allow":true,"reason":"","inputs":{},"until":null},{"guard":"baseline","allow":true,"reason":"","inputs":{"group":"galera"},"until":null}],"plan":{"runbook":"galera-mariadb-upgrade","rule":"galera-upgrade-needed","target":{"text":"galera/ctl2","hosts":["ctl2"]},"risk":"R2","steps":[{"id":"login","action":"galera.login","effect":"observe","risk":"R0","params":{},"commands":[{"host":"ctl2","argv":["sh","-c","[ \"$0:$#\" = galera-login:1 ] || exit 2; E=$1; A=; for U in mysql root; do if $E exec -u \"$U\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb || command -v mysql) && \"$C\" --protocol=socket --connect-timeout=5 --user=\"$0\" -NBe \"SHOW GRANTS\" 2>/dev/null | grep -q \"^GRANT ALL PRIVILEGES ON [*][.][*] \"'' \"$U\"; then A=$U; break; fi; done; echo \"remediator-login ${A:-none}\"","galera-login","docker"],"timeout_s":60.0,"privileged":true,"first":[]}],"timeout_s":120.0,"takes_away_healthy":false,"host":"","late":true,"fresh":false,"parallel":false,"judges_group":false,"holds_units":false,"summary":"see whether the member lets one of its own system users in over its socket, without a password"},{"id":"upgrade","action":"galera.upgrade_tables","effect":"idempotent","risk":"R2","params":{"login":{"from":"login"}},"commands":[{"host":"ctl2","argv":["sh","-c","[ \"$0:$#\" = galera-upgrade:1 ] || exit 2; E=$1; A=; for U in mysql root; do if $E exec -u \"$U\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb || command -v mysql) && \"$C\" --protocol=socket --connect-timeout=5 --user=\"$0\" -NBe \"SHOW GRANTS\" 2>/dev/null | grep -q \"^GRANT ALL PRIVILEGES ON [*][.][*] \"'' \"$U\"; then A=$U; break; fi; done; [ -n \"$A\" ] || { echo \"no login without a password\"; exit 4; }; $E exec -u \"$A\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb-upgrade || command -v mysql_upgrade) && exec \"$C\" --protocol=socket --user=\"$0\"'' \"$A\" 2>&1","galera-upgrade","docker"],"timeout_s":3600.0,"privileged":true,"first":[]}],"timeout_s":900.0,"takes_away_healthy":false,"host":"","late":true,"fresh":true,"parallel":false,"judges_group":true,"holds_units":false,"summary":"run mariadb-upgrade on this one member, without a password, and see that it is recorded"}],"check":"galera-upgrade","verify_check":"galera-upgrade","verify_within_s":600.0,"verify_hold_s":30.0,"content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","held_at_most_s":14400.0,"identity":{"boot_id":"boot-ctl2-0","unit":"kolla-mariadb-container.service","container_id":"ctl2-mariadb-1","started_at":"2026-01-02T03:00:00+00:00","invocation_id":"ctl2-mariadb-inv1"}},"run":"run-1","content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","waits":false}');
CREATE TABLE downtimes (
	host TEXT NOT NULL, 
	service TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (host, service)
);
CREATE TABLE events (
	id TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	source TEXT NOT NULL, 
	check_name TEXT NOT NULL, 
	target TEXT NOT NULL, 
	incident TEXT, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (n)
);
INSERT INTO "events" VALUES('ev-1',1,'2026-01-05T03:00:35.210Z','check','galera-upgrade','galera/ctl2',NULL,'{"id":"ev-1","at":[1767582035.21,5035.21,"boot-daemon-0"],"source":"check","check":"galera-upgrade","target":{"text":"galera/ctl2","hosts":["ctl2"]},"state":"WARNING","state_type":"SOFT","attempt":1,"previous":"OK","output":"mariadb-upgrade has to run here: its tables are recorded as those of 10.6.16-MariaDB, its server is 10.11.19-MariaDB-0+deb12u1","data":{"sql":"answered","stopped":false,"process_running":true,"searching":false,"stranded":false,"beside":null,"provider_off":false,"cluster_status":"Primary","local_state":"Synced","cluster_size":3,"connected":true,"ready":true,"cluster_uuid":"5a2f8a3e-0000-11f0-8000-000000000001","conf_id":7,"last_committed":1035,"flow_control_paused":0.0,"recv_queue_avg":0.0,"has_unit":true,"unit":"kolla-mariadb-container.service","unit_state":"active","unit_result":"success","unit_failed":false,"start_limit_hit":false,"systemd_busy":false,"operator_stopped":false,"missing":false,"exit_code":null,"age_s":259235.1,"last_log":null,"cause":null,"advice":null,"disk_full":false,"abs_clock_offset_s":0.05,"grastate_uuid":"5a2f8a3e-0000-11f0-8000-000000000001","grastate_seqno":-1,"safe_to_bootstrap":false,"gvwstate":true,"sst_in_progress":false,"group_size":3,"others_primary":2,"others_synced":2,"others_all_known":true,"any_donor_or_joiner":false,"quorum_without_me":true,"split":false,"upgrade_needed":true,"upgrade_info":"10.6.16-MariaDB","upgrade_why":"its tables are recorded as those of 10.6.16-MariaDB, its server is 10.11.19-MariaDB-0+deb12u1","upgrade_signs":null,"server_version":"10.11.19-MariaDB-0+deb12u1","downgraded":false,"statistics_outdated":false,"bootstrap_left_over":false,"ist_race":false,"restart_asked":false,"slow":false,"slowest":null,"named_twice":null},"flapping":false}');
INSERT INTO "events" VALUES('ev-2',2,'2026-01-05T03:01:36.050Z','check','galera-upgrade','galera/ctl2','inc-1','{"id":"ev-2","at":[1767582096.05,5096.05,"boot-daemon-0"],"source":"check","check":"galera-upgrade","target":{"text":"galera/ctl2","hosts":["ctl2"]},"state":"WARNING","state_type":"HARD","attempt":3,"previous":"WARNING","output":"mariadb-upgrade has to run here: its tables are recorded as those of 10.6.16-MariaDB, its server is 10.11.19-MariaDB-0+deb12u1","data":{"sql":"answered","stopped":false,"process_running":true,"searching":false,"stranded":false,"beside":null,"provider_off":false,"cluster_status":"Primary","local_state":"Synced","cluster_size":3,"connected":true,"ready":true,"cluster_uuid":"5a2f8a3e-0000-11f0-8000-000000000001","conf_id":7,"last_committed":1095,"flow_control_paused":0.0,"recv_queue_avg":0.0,"has_unit":true,"unit":"kolla-mariadb-container.service","unit_state":"active","unit_result":"success","unit_failed":false,"start_limit_hit":false,"systemd_busy":false,"operator_stopped":false,"missing":false,"exit_code":null,"age_s":259296.0,"last_log":null,"cause":null,"advice":null,"disk_full":false,"abs_clock_offset_s":0.05,"grastate_uuid":"5a2f8a3e-0000-11f0-8000-000000000001","grastate_seqno":-1,"safe_to_bootstrap":false,"gvwstate":true,"sst_in_progress":false,"group_size":3,"others_primary":2,"others_synced":2,"others_all_known":true,"any_donor_or_joiner":false,"quorum_without_me":true,"split":false,"upgrade_needed":true,"upgrade_info":"10.6.16-MariaDB","upgrade_why":"its tables are recorded as those of 10.6.16-MariaDB, its server is 10.11.19-MariaDB-0+deb12u1","upgrade_signs":null,"server_version":"10.11.19-MariaDB-0+deb12u1","downgraded":false,"statistics_outdated":false,"bootstrap_left_over":false,"ist_race":false,"restart_asked":false,"slow":false,"slowest":null,"named_twice":null},"flapping":false}');
CREATE TABLE foreign_names (
	name TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE groups (
	name TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "groups" VALUES('galera','{"members":["ctl1","ctl2","ctl3"],"healthy_s":640.6899999999982,"accepted_at":"2026-01-05T03:00:20.000Z"}');
CREATE TABLE hints (
	"key" TEXT NOT NULL, 
	event TEXT NOT NULL, 
	at TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE incidents (
	id TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	state TEXT NOT NULL, 
	open BOOLEAN NOT NULL, 
	at_s FLOAT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (n)
);
INSERT INTO "incidents" VALUES('inc-1',1,'galera-upgrade:galera/ctl2','curing',1,1767582096.05,'{"id":"inc-1","target":{"text":"galera/ctl2","hosts":["ctl2"]},"check":"galera-upgrade","state":"curing","level":"WARNING","opened_at":[1767582096.05,5096.05,"boot-daemon-0"],"hard_at":[1767582096.05,5096.05,"boot-daemon-0"],"bad_at":[1767582096.05,5096.05,"boot-daemon-0"],"acted_at":[1767582643.82,5643.82,"boot-daemon-0"],"cured_at":null,"closed_at":null,"parent":null,"rule":"galera-upgrade-needed","rungs":[],"output":"mariadb-upgrade has to run here: its tables are recorded as those of 10.6.16-MariaDB, its server is 10.11.19-MariaDB-0+deb12u1","accounted":{"text":"run-1 is at work on galera, though it broke before that","cause":null,"broke_first":true},"acked_at":null,"acked_by":"","ack_reason":""}');
CREATE TABLE locks (
	scope TEXT NOT NULL, 
	run TEXT NOT NULL, 
	PRIMARY KEY (scope)
);
INSERT INTO "locks" VALUES('group:galera','run-1');
INSERT INTO "locks" VALUES('host:ctl2','run-1');
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema','2');
INSERT INTO "meta" VALUES('epoch','1767582000');
INSERT INTO "meta" VALUES('store','629f6fbed82c07cd');
INSERT INTO "meta" VALUES('instances','["e3e70682c2094cac"]');
INSERT INTO "meta" VALUES('next_event','3');
INSERT INTO "meta" VALUES('next_incident','2');
INSERT INTO "meta" VALUES('mark:galera.cluster','{"addresses": {"ctl1": ["192.0.2.11"], "ctl2": ["192.0.2.12"], "ctl3": ["192.0.2.13"]}, "at": "2026-01-05T03:10:43.410Z", "behind": null, "canaries": {"keystone.user": 120}, "conf_id": 7, "data_bytes": 10737418240, "flushes": true, "formed": {}, "members": ["ctl1", "ctl2", "ctl3"], "pc_recovery": true, "reformed_at": null, "seqno": 1643, "size": 3, "uuid": "5a2f8a3e-0000-11f0-8000-000000000001", "version": "10.11.19-MariaDB-0+deb12u1"}');
INSERT INTO "meta" VALUES('next_run','2');
INSERT INTO "meta" VALUES('next_decision','5');
INSERT INTO "meta" VALUES('audit_head','19');
CREATE TABLE outbox (
	n INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	state TEXT NOT NULL, 
	tries INTEGER NOT NULL, 
	next_s FLOAT NOT NULL, 
	body TEXT NOT NULL, 
	error TEXT NOT NULL, 
	PRIMARY KEY (n), 
	UNIQUE ("key")
);
CREATE TABLE own_downtimes (
	id TEXT NOT NULL, 
	until_s FLOAT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE pauses (
	n INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	author TEXT NOT NULL, 
	at TEXT NOT NULL, 
	PRIMARY KEY (n)
);
CREATE TABLE runs (
	id TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	incident TEXT, 
	target TEXT NOT NULL, 
	runbook TEXT NOT NULL, 
	state TEXT NOT NULL, 
	live BOOLEAN NOT NULL, 
	at_s FLOAT NOT NULL, 
	intent_s FLOAT, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (n)
);
INSERT INTO "runs" VALUES('run-1',1,'inc-1','galera/ctl2','galera-mariadb-upgrade','running',1,1767582643.61,1767582643.82,'{"id":"run-1","plan":{"runbook":"galera-mariadb-upgrade","rule":"galera-upgrade-needed","target":{"text":"galera/ctl2","hosts":["ctl2"]},"risk":"R2","steps":[{"id":"login","action":"galera.login","effect":"observe","risk":"R0","params":{},"commands":[{"host":"ctl2","argv":["sh","-c","[ \"$0:$#\" = galera-login:1 ] || exit 2; E=$1; A=; for U in mysql root; do if $E exec -u \"$U\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb || command -v mysql) && \"$C\" --protocol=socket --connect-timeout=5 --user=\"$0\" -NBe \"SHOW GRANTS\" 2>/dev/null | grep -q \"^GRANT ALL PRIVILEGES ON [*][.][*] \"'' \"$U\"; then A=$U; break; fi; done; echo \"remediator-login ${A:-none}\"","galera-login","docker"],"timeout_s":60.0,"privileged":true,"first":[]}],"timeout_s":120.0,"takes_away_healthy":false,"host":"","late":true,"fresh":false,"parallel":false,"judges_group":false,"holds_units":false,"summary":"see whether the member lets one of its own system users in over its socket, without a password"},{"id":"upgrade","action":"galera.upgrade_tables","effect":"idempotent","risk":"R2","params":{"login":{"from":"login"}},"commands":[{"host":"ctl2","argv":["sh","-c","[ \"$0:$#\" = galera-upgrade:1 ] || exit 2; E=$1; A=; for U in mysql root; do if $E exec -u \"$U\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb || command -v mysql) && \"$C\" --protocol=socket --connect-timeout=5 --user=\"$0\" -NBe \"SHOW GRANTS\" 2>/dev/null | grep -q \"^GRANT ALL PRIVILEGES ON [*][.][*] \"'' \"$U\"; then A=$U; break; fi; done; [ -n \"$A\" ] || { echo \"no login without a password\"; exit 4; }; $E exec -u \"$A\" mariadb sh -c ''unset MYSQL_PWD; C=$(command -v mariadb-upgrade || command -v mysql_upgrade) && exec \"$C\" --protocol=socket --user=\"$0\"'' \"$A\" 2>&1","galera-upgrade","docker"],"timeout_s":3600.0,"privileged":true,"first":[]}],"timeout_s":900.0,"takes_away_healthy":false,"host":"","late":true,"fresh":true,"parallel":false,"judges_group":true,"holds_units":false,"summary":"run mariadb-upgrade on this one member, without a password, and see that it is recorded"}],"check":"galera-upgrade","verify_check":"galera-upgrade","verify_within_s":600.0,"verify_hold_s":30.0,"content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","held_at_most_s":14400.0,"identity":{"boot_id":"boot-ctl2-0","unit":"kolla-mariadb-container.service","container_id":"ctl2-mariadb-1","started_at":"2026-01-02T03:00:00+00:00","invocation_id":"ctl2-mariadb-inv1"}},"incident":"inc-1","state":"running","actor":"remediator","created_at":[1767582643.61,5643.61,"boot-daemon-0"],"locked_at":[1767582643.61,5643.61,"boot-daemon-0"],"steps":[{"id":"login","action":"galera.login","state":"done","intent_at":[1767582643.82,5643.82,"boot-daemon-0"],"outcome_at":[1767582644.33,5644.33,"boot-daemon-0"],"before":{"boot_id":"boot-ctl2-0","unit":"kolla-mariadb-container.service","container_id":"ctl2-mariadb-1","started_at":"2026-01-02T03:00:00+00:00","invocation_id":"ctl2-mariadb-inv1","intent_at":"2026-01-05T03:10:43.820Z","run":"sim.629f6fbed82c07cd.run-1"},"result":"ok","probe":null,"output":"$ galera-login docker\nremediator-login mysql","tries":1,"given":{"account":"mysql","signs":[]},"stage":"","exit_code":0,"left":true,"unsent":null},{"id":"upgrade","action":"galera.upgrade_tables","state":"intent","intent_at":[1767582644.75,5644.75,"boot-daemon-0"],"outcome_at":null,"before":{"boot_id":"boot-ctl2-0","unit":"kolla-mariadb-container.service","container_id":"ctl2-mariadb-1","started_at":"2026-01-02T03:00:00+00:00","invocation_id":"ctl2-mariadb-inv1","intent_at":"2026-01-05T03:10:44.750Z","run":"sim.629f6fbed82c07cd.run-1"},"result":"","probe":null,"output":"","tries":1,"given":{},"stage":"","exit_code":null,"left":true,"unsent":null}],"verdicts":[{"guard":"target","allow":true,"reason":"","inputs":{"target":"galera/ctl2"},"until":null},{"guard":"stateful","allow":true,"reason":"","inputs":{},"until":null},{"guard":"hours","allow":true,"reason":"","inputs":{"hours":"any"},"until":null},{"guard":"mode","allow":true,"reason":"","inputs":{"mode":"auto","source":"autonomy.R2"},"until":null},{"guard":"autonomy","allow":true,"reason":"","inputs":{"risk":"R2"},"until":null},{"guard":"approval","allow":true,"reason":"","inputs":{"needed":false},"until":null},{"guard":"pause","allow":true,"reason":"","inputs":{},"until":null},{"guard":"silence","allow":true,"reason":"","inputs":{},"until":null},{"guard":"downtime","allow":true,"reason":"","inputs":{},"until":null},{"guard":"evidence_age","allow":true,"reason":"","inputs":{"limit_s":60},"until":null},{"guard":"rediagnosis","allow":true,"reason":"","inputs":{"state":"WARNING"},"until":null},{"guard":"already_fixed","allow":true,"reason":"","inputs":{},"until":null},{"guard":"changed","allow":true,"reason":"","inputs":{},"until":null},{"guard":"self_vantage","allow":true,"reason":"","inputs":{"hosts":5,"answering":5,"references":0},"until":null},{"guard":"startup","allow":true,"reason":"","inputs":{},"until":null},{"guard":"clock","allow":true,"reason":"","inputs":{},"until":null},{"guard":"restored","allow":true,"reason":"","inputs":{},"until":null},{"guard":"storm","allow":true,"reason":"","inputs":{"scopes":3},"until":null},{"guard":"budget","allow":true,"reason":"","inputs":{"runs":0},"until":null},{"guard":"cooldown","allow":true,"reason":"","inputs":{},"until":null},{"guard":"ack","allow":true,"reason":"","inputs":{},"until":null},{"guard":"undone","allow":true,"reason":"","inputs":{"undone":0},"until":null},{"guard":"quorum","allow":true,"reason":"","inputs":{"judged_by":"its own decision on evidence of every member"},"until":null},{"guard":"host_boot","allow":true,"reason":"","inputs":{},"until":null},{"guard":"lock","allow":true,"reason":"","inputs":{},"until":null},{"guard":"maintenance","allow":true,"reason":"","inputs":{},"until":null},{"guard":"operator_intent","allow":true,"reason":"","inputs":{},"until":null},{"guard":"competing","allow":true,"reason":"","inputs":{},"until":null},{"guard":"dependency","allow":true,"reason":"","inputs":{},"until":null},{"guard":"ourselves","allow":true,"reason":"","inputs":{},"until":null},{"guard":"baseline","allow":true,"reason":"","inputs":{"group":"galera"},"until":null}],"reason":"","held_since":null,"verify_from":null,"ok_since":null,"ok_samples":0,"bad_samples":0,"was_ok":false,"ended_at":null,"expired":false,"approval":null,"asks":"","asks_for":null,"consent":null,"asked_as":[]}');
CREATE TABLE said_names (
	host TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (host)
);
INSERT INTO "said_names" VALUES('cmp1','["cmp1"]');
INSERT INTO "said_names" VALUES('cmp2','["cmp2"]');
INSERT INTO "said_names" VALUES('ctl1','["ctl1"]');
INSERT INTO "said_names" VALUES('ctl2','["ctl2"]');
INSERT INTO "said_names" VALUES('ctl3','["ctl3"]');
CREATE TABLE signs (
	"key" TEXT NOT NULL, 
	at TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE silences (
	id TEXT NOT NULL, 
	until_s FLOAT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE timeline (
	n INTEGER NOT NULL, 
	incident TEXT NOT NULL, 
	at TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	text TEXT NOT NULL, 
	run TEXT, 
	rule TEXT, 
	guard TEXT, 
	PRIMARY KEY (n)
);
INSERT INTO "timeline" VALUES(1,'inc-1','2026-01-05T03:01:36.050Z','opened','WARNING HARD 3: mariadb-upgrade has to run here: its tables are recorded as those of 10.6.16-MariaDB, its server is 10.11.19-MariaDB-0+deb12u1',NULL,NULL,NULL);
INSERT INTO "timeline" VALUES(2,'inc-1','2026-01-05T03:10:43.610Z','decided','galera-upgrade-needed: its condition is true','run-1','galera-upgrade-needed',NULL);
INSERT INTO "timeline" VALUES(3,'inc-1','2026-01-05T03:10:43.820Z','intent','ctl2: galera-login docker','run-1','galera-upgrade-needed',NULL);
INSERT INTO "timeline" VALUES(4,'inc-1','2026-01-05T03:10:44.330Z','outcome','galera.login: ok','run-1',NULL,NULL);
INSERT INTO "timeline" VALUES(5,'inc-1','2026-01-05T03:10:44.750Z','intent','ctl2: galera-upgrade docker','run-1','galera-upgrade-needed',NULL);
CREATE TABLE unacked (
	target TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (target)
);
CREATE TABLE wraps (
	id TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX audit_run ON audit (run);
CREATE INDEX audit_incident ON audit (incident);
CREATE INDEX audit_kind ON audit (kind);
CREATE INDEX events_incident ON events (incident);
CREATE INDEX events_at ON events (at);
CREATE INDEX hints_at ON hints (at);
CREATE INDEX incidents_at ON incidents (open, at_s);
CREATE INDEX incidents_key ON incidents ("key");
CREATE INDEX incidents_open ON incidents (open, n);
CREATE INDEX timeline_incident ON timeline (incident, n);
CREATE INDEX decisions_incident ON decisions (incident, n);
CREATE INDEX decisions_run ON decisions (run);
CREATE INDEX decisions_event ON decisions (event);
CREATE INDEX runs_live ON runs (live, n);
CREATE INDEX runs_intent ON runs (intent_s);
CREATE INDEX runs_target ON runs (target, intent_s);
CREATE INDEX runs_incident ON runs (incident);
CREATE INDEX runs_at ON runs (live, at_s);
CREATE INDEX debts_run ON debts (run);
CREATE INDEX debts_open ON debts (open, n);
CREATE INDEX outbox_state ON outbox (state, next_s);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
COMMIT;
