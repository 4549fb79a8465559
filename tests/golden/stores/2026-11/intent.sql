BEGIN TRANSACTION;
CREATE TABLE acks (
	target TEXT NOT NULL, 
	at TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (target)
);
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
INSERT INTO "audit" VALUES(1,'2026-01-05T03:00:02.500Z','remediator','started',NULL,NULL,'{"content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","epoch":1767582000,"start":"e3e70682c2094cac","store":"629f6fbed82c07cd","version":"0.1.0"}','c46029e854096be8341200e755d9ac405e464fabd04f1e7c4e23ecd2b6822466','0000000000000000000000000000000000000000000000000000000000000000','fd15b4c54ef96fb7ce61ba1dc4d46f608c9a7e00c1f1f00ac4d1974ebc396f60');
INSERT INTO "audit" VALUES(2,'2026-01-05T03:00:02.500Z','remediator','rows',NULL,NULL,'{"changed":{"acks":{},"brakes":{},"debts":{},"downtimes":{},"locks":{},"own_downtimes":{},"pauses":{},"runs":{},"silences":{},"unacked":{},"wraps":{}},"covers_from_here":["pauses","silences","downtimes","own_downtimes","wraps","unacked","acks","locks","debts","runs","brakes"],"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[0,"5341e6b2646979a70e57653007a1f310"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[0,"5341e6b2646979a70e57653007a1f310"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','3c18c320b5bffe7a7b9d235dcf01b8fb3ef6c78e309494bdbcc63dcedea912c7','fd15b4c54ef96fb7ce61ba1dc4d46f608c9a7e00c1f1f00ac4d1974ebc396f60','943550321baa862443be51b4a090847544b1d890fe57de1a830f8562af4c6f44');
INSERT INTO "audit" VALUES(3,'2026-01-05T03:00:20.000Z','root','baseline',NULL,NULL,'{"groups":["galera"],"hosts":["cmp1","cmp2","ctl1","ctl2","ctl3"],"keys":["container:cmp1:cron:cmp1-cron-1:image-1","container:cmp1:neutron_agent:cmp1-neutron_agent-1:image-1","container:cmp2:cron:cmp2-cron-1:image-1","container:cmp2:neutron_agent:cmp2-neutron_agent-1:image-1","container:ctl1:keystone:ctl1-keystone-1:image-1","container:ctl1:mariadb:ctl1-mariadb-1:image-1","container:ctl1:memcached:ctl1-memcached-1:image-1","container:ctl2:keystone:ctl2-keystone-1:image-1","container:ctl2:mariadb:ctl2-mariadb-1:image-1","container:ctl2:memcached:ctl2-memcached-1:image-1","container:ctl3:keystone:ctl3-keystone-1:image-1","container:ctl3:mariadb:ctl3-mariadb-1:image-1","container:ctl3:memcached:ctl3-memcached-1:image-1","start:cmp1:engine:1767322800","start:cmp1:host:1767322800","start:cmp2:host:1767322800","start:ctl1:engine:1767322800","start:ctl1:host:1767322800","start:ctl2:engine:1767322800","start:ctl2:host:1767322800","start:ctl3:engine:1767322800","start:ctl3:host:1767322800"],"marks":{"galera.cluster":{"after":{"addresses":{"ctl1":["192.0.2.11"],"ctl2":["192.0.2.12"],"ctl3":["192.0.2.13"]},"at":"2026-01-05T03:00:17.720Z","behind":null,"canaries":{"keystone.user":120},"conf_id":7,"data_bytes":10737418240,"flushes":true,"formed":{},"members":["ctl1","ctl2","ctl3"],"pc_recovery":true,"reformed_at":null,"seqno":1017,"size":3,"uuid":"5a2f8a3e-0000-11f0-8000-000000000001","version":"10.11.19-MariaDB-0+deb12u1"},"before":{"addresses":{"ctl1":["192.0.2.11"],"ctl2":["192.0.2.12"],"ctl3":["192.0.2.13"]},"at":"2026-01-05T03:00:17.720Z","behind":null,"canaries":{"keystone.user":120},"conf_id":7,"data_bytes":10737418240,"flushes":true,"formed":{},"members":["ctl1","ctl2","ctl3"],"pc_recovery":true,"reformed_at":null,"seqno":1017,"size":3,"uuid":"5a2f8a3e-0000-11f0-8000-000000000001","version":"10.11.19-MariaDB-0+deb12u1"}}},"reason":"a story","scope":"all"}','e3f38112cfeae19775af0dd82e8055d4dc542defd31b21e276c0a23b2cc99f3d','943550321baa862443be51b4a090847544b1d890fe57de1a830f8562af4c6f44','ed967477e6b6d987446d194255a3c44f3b48530e19644c1ec5068ac3a1ef660f');
INSERT INTO "audit" VALUES(4,'2026-01-05T03:00:35.210Z','remediator','incident',NULL,'inc-1','{"check":"container-state","state":"open","target":"container/ctl1/memcached","text":"CRITICAL SOFT 1: exited, exit code 1, unit failed (exit-code), cause none"}','243ff3940e6c32f63551a1662025cae9e59d468f1c0e2c3590196aaab73dc681','ed967477e6b6d987446d194255a3c44f3b48530e19644c1ec5068ac3a1ef660f','7da29626a2976bc6ceb2e9d820320b3facd0c5770834ce392c04dbaf994c4b8d');
INSERT INTO "audit" VALUES(5,'2026-01-05T03:00:45.630Z','remediator','decision',NULL,'inc-1','{"condition":"data.missing","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","decision":"dec-1","outcome":"skipped","plan_hash":null,"reason":"its condition is false","rule":"container-removed","values":{"missing":false},"verdicts":[]}','fe0451d4794f18f6515f95c45ebb1f88fddd1edf8713aeb63dad26fa9681bd1a','7da29626a2976bc6ceb2e9d820320b3facd0c5770834ce392c04dbaf994c4b8d','4925b4fb4ad4115159b5f8608611a38c0613ec50839007f80095ddf14c1653c5');
INSERT INTO "audit" VALUES(6,'2026-01-05T03:00:45.630Z','remediator','decision',NULL,'inc-1','{"condition":"data.cause == ''config_missing'' || data.cause == ''bad_command''","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","decision":"dec-2","outcome":"skipped","plan_hash":null,"reason":"its condition is false","rule":"container-misconfigured","values":{"cause":null},"verdicts":[]}','c250e953a742f4541dfb2f13a4ca2a6b00ebf28a5f5cc05d86415a6b74ef0a7d','4925b4fb4ad4115159b5f8608611a38c0613ec50839007f80095ddf14c1653c5','97a99cfe05033e905d8dd84f0543cb09589ae556771b7131a59083ea8250ca58');
INSERT INTO "audit" VALUES(7,'2026-01-05T03:00:45.630Z','remediator','decision',NULL,'inc-1','{"condition":"data.cause == ''disk_full'' || data.cause == ''inode_full''","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","decision":"dec-3","outcome":"skipped","plan_hash":null,"reason":"its condition is false","rule":"container-no-room","values":{"cause":null},"verdicts":[]}','a4a3c47fbaaa3d5953479bf28a78ed0f4a7060cc976371d2789db69ed735b80d','97a99cfe05033e905d8dd84f0543cb09589ae556771b7131a59083ea8250ca58','2e03d2c2774f74de3f1cd70700121a09f308fa8ec4160cd886d29074f91eb227');
INSERT INTO "audit" VALUES(8,'2026-01-05T03:00:45.630Z','remediator','decision',NULL,'inc-1','{"condition":"data.cause == ''oom'' || data.oom_killed","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","decision":"dec-4","outcome":"skipped","plan_hash":null,"reason":"its condition is false","rule":"container-out-of-memory","values":{"cause":null,"oom_killed":false},"verdicts":[]}','f7b185c119f314d299f73c34052034db700af39a39ff71844abc3aa2bd8039ad','2e03d2c2774f74de3f1cd70700121a09f308fa8ec4160cd886d29074f91eb227','f0ec0d190e4c842d088182bc21fd94d81144f77e6fba642f6b805b45323326df');
INSERT INTO "audit" VALUES(9,'2026-01-05T03:00:45.630Z','remediator','decision',NULL,'inc-1','{"condition":"data.looping && !data.crashed","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","decision":"dec-5","outcome":"skipped","plan_hash":null,"reason":"its condition is false","rule":"container-looping","values":{"crashed":true,"looping":false},"verdicts":[]}','3f1143bd3f4ce5851719bfb1e51e2c8b9858e8a8b48592bc6cbfa954e0badfa1','f0ec0d190e4c842d088182bc21fd94d81144f77e6fba642f6b805b45323326df','a346ec36e5b9d53eefe544584ad6e84db405d85a8d65fb3a340fb0dd3ca2d225');
INSERT INTO "audit" VALUES(10,'2026-01-05T03:00:45.630Z','remediator','decision',NULL,'inc-1','{"condition":"data.name == ''mariadb'' && !data.missing && (data.crashed || (!data.running && !data.systemd_busy))","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","decision":"dec-6","outcome":"skipped","plan_hash":null,"reason":"its condition is false","rule":"galera-container-down","values":{"crashed":true,"missing":false,"name":"memcached","running":false,"systemd_busy":false},"verdicts":[]}','c820d8d06c5c3769b0845a7a2abcb70ac854d2b959de3b106a1f4aafa36b5772','a346ec36e5b9d53eefe544584ad6e84db405d85a8d65fb3a340fb0dd3ca2d225','197fe0b0b7ba904ffbe8763c541b864b50eace01e42a89b67bb4d84e7dc78430');
INSERT INTO "audit" VALUES(11,'2026-01-05T03:00:45.630Z','remediator','decision',NULL,'inc-1','{"condition":"data.stateful && (data.crashed || (!data.running && !data.systemd_busy))","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","decision":"dec-7","outcome":"skipped","plan_hash":null,"reason":"its condition is false","rule":"container-stateful-down","values":{"crashed":true,"running":false,"stateful":false,"systemd_busy":false},"verdicts":[]}','33e68426d70ecc59e5f3ca524e3d0f6f082c06623642b5c8d0b6f056d29574f1','197fe0b0b7ba904ffbe8763c541b864b50eace01e42a89b67bb4d84e7dc78430','237d414bbfc3477debdb20f6bddc9c7cca7cd9dad51397e96ffb0cad51ac3f9b');
INSERT INTO "audit" VALUES(12,'2026-01-05T03:00:45.630Z','remediator','planned','run-1','inc-1','{"locks":["host:ctl1"],"plan":{"check":"container-state","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","hash":"8ea5a4ba988f045f907befb2b2524323cb05c6166b0af04d6d060312beaead84","held_at_most_s":14400,"hosts":["ctl1"],"identity":{"boot_id":"boot-ctl1-0","container_id":"ctl1-memcached-1","invocation_id":"ctl1-memcached-inv1","started_at":"2026-01-02T03:00:00+00:00","unit":"kolla-memcached-container.service"},"risk":"R1","rule":"container-crashed","runbook":"container-start","steps":[{"action":"container.start","commands":[{"argv":["systemctl","start","--","kolla-memcached-container.service"],"first":["systemctl","reset-failed","--","kolla-memcached-container.service"],"host":"ctl1","privileged":true,"timeout_s":60}],"effect":"once","fresh":false,"holds_units":false,"host":"","id":"start","judges_group":false,"late":false,"parallel":false,"params":{},"risk":"R1","summary":"start a container that is down: reset-failed and start of its unit, or the engine''s start without one","takes_away_healthy":false,"timeout_s":120}],"target":"container/ctl1/memcached","verify":{"check":"container-state","hold_s":20,"within_s":120}},"plan_hash":"8ea5a4ba988f045f907befb2b2524323cb05c6166b0af04d6d060312beaead84","runbook":"container-start","target":"container/ctl1/memcached"}','d1b1a807728905c59c484bfbee49925cc416f1901ba0ee3f05a2894cf9dbce45','237d414bbfc3477debdb20f6bddc9c7cca7cd9dad51397e96ffb0cad51ac3f9b','65c0357b2bdb9714ca6b3c610bbc8b49fc50938d319e966f475dd103c35dc0ae');
INSERT INTO "audit" VALUES(13,'2026-01-05T03:00:45.630Z','remediator','decision','run-1','inc-1','{"condition":"data.crashed && !data.looping && !data.operator_stopped && !data.systemd_busy && !data.stateful\n&& !data.oom_killed && !(data.cause in [''oom'', ''disk_full'', ''inode_full'', ''config_missing'', ''bad_command''])\n","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","decision":"dec-8","outcome":"fired","plan_hash":"8ea5a4ba988f045f907befb2b2524323cb05c6166b0af04d6d060312beaead84","reason":"its condition is true","rule":"container-crashed","values":{"cause":null,"crashed":true,"looping":false,"oom_killed":false,"operator_stopped":false,"stateful":false,"systemd_busy":false},"verdicts":[{"allow":true,"guard":"target","inputs":{"target":"container/ctl1/memcached"},"reason":"","until":null},{"allow":true,"guard":"stateful","inputs":{},"reason":"","until":null},{"allow":true,"guard":"hours","inputs":{"hours":"any"},"reason":"","until":null},{"allow":true,"guard":"mode","inputs":{"mode":"auto","source":"autonomy.R1"},"reason":"","until":null},{"allow":true,"guard":"autonomy","inputs":{"risk":"R1"},"reason":"","until":null},{"allow":true,"guard":"approval","inputs":{"needed":false},"reason":"","until":null},{"allow":true,"guard":"pause","inputs":{},"reason":"","until":null},{"allow":true,"guard":"silence","inputs":{},"reason":"","until":null},{"allow":true,"guard":"downtime","inputs":{},"reason":"","until":null},{"allow":true,"guard":"evidence_age","inputs":{"limit_s":120},"reason":"","until":null},{"allow":true,"guard":"self_vantage","inputs":{"answering":5,"hosts":5,"references":0},"reason":"","until":null},{"allow":true,"guard":"startup","inputs":{},"reason":"","until":null},{"allow":true,"guard":"clock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"restored","inputs":{},"reason":"","until":null},{"allow":true,"guard":"storm","inputs":{"scopes":4},"reason":"","until":null},{"allow":true,"guard":"budget","inputs":{"runs":0},"reason":"","until":null},{"allow":true,"guard":"cooldown","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ack","inputs":{},"reason":"","until":null},{"allow":true,"guard":"undone","inputs":{"undone":0},"reason":"","until":null},{"allow":true,"guard":"quorum","inputs":{"group":null},"reason":"","until":null},{"allow":true,"guard":"host_boot","inputs":{},"reason":"","until":null},{"allow":true,"guard":"lock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"maintenance","inputs":{},"reason":"","until":null},{"allow":true,"guard":"operator_intent","inputs":{},"reason":"","until":null},{"allow":true,"guard":"competing","inputs":{},"reason":"","until":null},{"allow":true,"guard":"dependency","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ourselves","inputs":{},"reason":"","until":null},{"allow":true,"guard":"baseline","inputs":{},"reason":"","until":null}]}','545b1e531385e917a3d5882c3473223fccc9e1a7f256c2e00fb484626ec6c7e1','65c0357b2bdb9714ca6b3c610bbc8b49fc50938d319e966f475dd103c35dc0ae','a85638c0f04a59793468b27aa47efd18d9d5a80017acfa31541a3b0df86e8330');
INSERT INTO "audit" VALUES(14,'2026-01-05T03:00:45.630Z','remediator','rows',NULL,NULL,'{"changed":{"locks":{"host:ctl1":"4d711f7511a33f64"},"runs":{"run-1":"52159ad23c4aab08"}},"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[1,"d2b03ce086d8855539f17b4e840c6f3f"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[1,"fbc4bdaf9cd95698181d1626b0790857"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','ff6e35757ffd917decf0f6006ef4df8513515e16bd8f8d06dbfd7187283a81d8','a85638c0f04a59793468b27aa47efd18d9d5a80017acfa31541a3b0df86e8330','ab907e0c21f96fd420e5281692bd546b8ce6ade4978cc53795801116fdc3b22b');
INSERT INTO "audit" VALUES(15,'2026-01-05T03:00:45.840Z','remediator','gated','run-1','inc-1','{"plan_hash":"8ea5a4ba988f045f907befb2b2524323cb05c6166b0af04d6d060312beaead84","runbook":"container-start","target":"container/ctl1/memcached","verdicts":[{"allow":true,"guard":"target","inputs":{"target":"container/ctl1/memcached"},"reason":"","until":null},{"allow":true,"guard":"stateful","inputs":{},"reason":"","until":null},{"allow":true,"guard":"hours","inputs":{"hours":"any"},"reason":"","until":null},{"allow":true,"guard":"mode","inputs":{"mode":"auto","source":"autonomy.R1"},"reason":"","until":null},{"allow":true,"guard":"autonomy","inputs":{"risk":"R1"},"reason":"","until":null},{"allow":true,"guard":"approval","inputs":{"needed":false},"reason":"","until":null},{"allow":true,"guard":"pause","inputs":{},"reason":"","until":null},{"allow":true,"guard":"silence","inputs":{},"reason":"","until":null},{"allow":true,"guard":"downtime","inputs":{},"reason":"","until":null},{"allow":true,"guard":"evidence_age","inputs":{"limit_s":120},"reason":"","until":null},{"allow":true,"guard":"rediagnosis","inputs":{"state":"CRITICAL"},"reason":"","until":null},{"allow":true,"guard":"already_fixed","inputs":{},"reason":"","until":null},{"allow":true,"guard":"changed","inputs":{},"reason":"","until":null},{"allow":true,"guard":"self_vantage","inputs":{"answering":5,"hosts":5,"references":0},"reason":"","until":null},{"allow":true,"guard":"startup","inputs":{},"reason":"","until":null},{"allow":true,"guard":"clock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"restored","inputs":{},"reason":"","until":null},{"allow":true,"guard":"storm","inputs":{"scopes":4},"reason":"","until":null},{"allow":true,"guard":"budget","inputs":{"runs":0},"reason":"","until":null},{"allow":true,"guard":"cooldown","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ack","inputs":{},"reason":"","until":null},{"allow":true,"guard":"undone","inputs":{"undone":0},"reason":"","until":null},{"allow":true,"guard":"quorum","inputs":{"group":null},"reason":"","until":null},{"allow":true,"guard":"host_boot","inputs":{},"reason":"","until":null},{"allow":true,"guard":"lock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"maintenance","inputs":{},"reason":"","until":null},{"allow":true,"guard":"operator_intent","inputs":{},"reason":"","until":null},{"allow":true,"guard":"competing","inputs":{},"reason":"","until":null},{"allow":true,"guard":"dependency","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ourselves","inputs":{},"reason":"","until":null},{"allow":true,"guard":"baseline","inputs":{},"reason":"","until":null}]}','5c80f2eb373b2cf0491fcff80d478da7f1c2ce5ee6e4251b4ec637658824f023','ab907e0c21f96fd420e5281692bd546b8ce6ade4978cc53795801116fdc3b22b','047743c8af51c044309f6a47b3122049125b58d3987de1a076463ae9ed857e1b');
INSERT INTO "audit" VALUES(16,'2026-01-05T03:00:45.840Z','remediator','rows',NULL,NULL,'{"changed":{"runs":{"run-1":"f3cae86ae5d75c98"}},"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[1,"d2b03ce086d8855539f17b4e840c6f3f"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[1,"be73114758cfecabebff3c41d1b7b027"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','1e1f182a00cd330e8b42907be741615efec1b559cd4c09355dba02510a11fcf1','047743c8af51c044309f6a47b3122049125b58d3987de1a076463ae9ed857e1b','d3f1160f064f98c83e55a7a0b0adaa20b4e6b8a4c8e3caeca3079db1e63a52bc');
INSERT INTO "audit" VALUES(17,'2026-01-05T03:00:46.050Z','remediator','intent','run-1','inc-1','{"action":"container.start","before":{"boot_id":"boot-ctl1-0","container_id":"ctl1-memcached-1","intent_at":"2026-01-05T03:00:46.050Z","invocation_id":"ctl1-memcached-inv1","run":"sim.629f6fbed82c07cd.run-1","started_at":"2026-01-02T03:00:00+00:00","unit":"kolla-memcached-container.service"},"claimed":["ctl1"],"commands":[{"argv":["systemctl","start","--","kolla-memcached-container.service"],"first":["systemctl","reset-failed","--","kolla-memcached-container.service"],"host":"ctl1","privileged":true}],"effect":"once","plan_hash":"8ea5a4ba988f045f907befb2b2524323cb05c6166b0af04d6d060312beaead84","runbook":"container-start","step":"start","target":"container/ctl1/memcached"}','0966c236665cc1da9c44765621f61dddd3be72ef4b608de9312297ec4cc9c219','d3f1160f064f98c83e55a7a0b0adaa20b4e6b8a4c8e3caeca3079db1e63a52bc','64532cd74efb55088ec28aa6acfa69f4c8e82bce199d30127dbf282ad2fe72b4');
INSERT INTO "audit" VALUES(18,'2026-01-05T03:00:46.050Z','remediator','incident','run-1','inc-1','{"check":"container-state","state":"curing","target":"container/ctl1/memcached","text":"ctl1: systemctl reset-failed -- kolla-memcached-container.service && systemctl start -- kolla-memcached-container.service"}','b0e9968ed5deb005ff7c9da9deaba1b82a71fd8d3dd640a4b264be9333cccbc9','64532cd74efb55088ec28aa6acfa69f4c8e82bce199d30127dbf282ad2fe72b4','52a99fd8333764ed8c431996cca6ee8c1c73e7fb9ed286068a6b50aa23615a3a');
INSERT INTO "audit" VALUES(19,'2026-01-05T03:00:46.050Z','remediator','rows',NULL,NULL,'{"changed":{"runs":{"run-1":"9884d6c902521ed8"}},"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[1,"d2b03ce086d8855539f17b4e840c6f3f"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[1,"a191d47ee737b90f39cda973d7d55bf0"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','581d9161c3d080e9f290771337ad3fac0d685aa66e419e012704a9103b901b42','52a99fd8333764ed8c431996cca6ee8c1c73e7fb9ed286068a6b50aa23615a3a','d231fa2e866c3cbec0c33abcbde41d44880df4e10d754d140552db653d0328bf');
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
INSERT INTO "decisions" VALUES('dec-1',1,'inc-1','ev-2',NULL,'container-removed','{"at":[1767582045.63,5045.63,"boot-daemon-0"],"condition":"data.missing","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","event":"ev-2","id":"dec-1","incident":"inc-1","outcome":"skipped","plan":null,"reason":"its condition is false","rule":"container-removed","run":null,"values":{"missing":false},"verdicts":[]}');
INSERT INTO "decisions" VALUES('dec-2',2,'inc-1','ev-2',NULL,'container-misconfigured','{"at":[1767582045.63,5045.63,"boot-daemon-0"],"condition":"data.cause == ''config_missing'' || data.cause == ''bad_command''","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","event":"ev-2","id":"dec-2","incident":"inc-1","outcome":"skipped","plan":null,"reason":"its condition is false","rule":"container-misconfigured","run":null,"values":{"cause":null},"verdicts":[]}');
INSERT INTO "decisions" VALUES('dec-3',3,'inc-1','ev-2',NULL,'container-no-room','{"at":[1767582045.63,5045.63,"boot-daemon-0"],"condition":"data.cause == ''disk_full'' || data.cause == ''inode_full''","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","event":"ev-2","id":"dec-3","incident":"inc-1","outcome":"skipped","plan":null,"reason":"its condition is false","rule":"container-no-room","run":null,"values":{"cause":null},"verdicts":[]}');
INSERT INTO "decisions" VALUES('dec-4',4,'inc-1','ev-2',NULL,'container-out-of-memory','{"at":[1767582045.63,5045.63,"boot-daemon-0"],"condition":"data.cause == ''oom'' || data.oom_killed","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","event":"ev-2","id":"dec-4","incident":"inc-1","outcome":"skipped","plan":null,"reason":"its condition is false","rule":"container-out-of-memory","run":null,"values":{"cause":null,"oom_killed":false},"verdicts":[]}');
INSERT INTO "decisions" VALUES('dec-5',5,'inc-1','ev-2',NULL,'container-looping','{"at":[1767582045.63,5045.63,"boot-daemon-0"],"condition":"data.looping && !data.crashed","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","event":"ev-2","id":"dec-5","incident":"inc-1","outcome":"skipped","plan":null,"reason":"its condition is false","rule":"container-looping","run":null,"values":{"crashed":true,"looping":false},"verdicts":[]}');
INSERT INTO "decisions" VALUES('dec-6',6,'inc-1','ev-2',NULL,'galera-container-down','{"at":[1767582045.63,5045.63,"boot-daemon-0"],"condition":"data.name == ''mariadb'' && !data.missing && (data.crashed || (!data.running && !data.systemd_busy))","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","event":"ev-2","id":"dec-6","incident":"inc-1","outcome":"skipped","plan":null,"reason":"its condition is false","rule":"galera-container-down","run":null,"values":{"crashed":true,"missing":false,"name":"memcached","running":false,"systemd_busy":false},"verdicts":[]}');
INSERT INTO "decisions" VALUES('dec-7',7,'inc-1','ev-2',NULL,'container-stateful-down','{"at":[1767582045.63,5045.63,"boot-daemon-0"],"condition":"data.stateful && (data.crashed || (!data.running && !data.systemd_busy))","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","event":"ev-2","id":"dec-7","incident":"inc-1","outcome":"skipped","plan":null,"reason":"its condition is false","rule":"container-stateful-down","run":null,"values":{"crashed":true,"running":false,"stateful":false,"systemd_busy":false},"verdicts":[]}');
INSERT INTO "decisions" VALUES('dec-8',8,'inc-1','ev-2','run-1','container-crashed','{"at":[1767582045.63,5045.63,"boot-daemon-0"],"condition":"data.crashed && !data.looping && !data.operator_stopped && !data.systemd_busy && !data.stateful\n&& !data.oom_killed && !(data.cause in [''oom'', ''disk_full'', ''inode_full'', ''config_missing'', ''bad_command''])\n","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","event":"ev-2","id":"dec-8","incident":"inc-1","outcome":"fired","plan":{"check":"container-state","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","hash":"8ea5a4ba988f045f907befb2b2524323cb05c6166b0af04d6d060312beaead84","held_at_most_s":14400.0,"hosts":["ctl1"],"identity":{"boot_id":"boot-ctl1-0","container_id":"ctl1-memcached-1","invocation_id":"ctl1-memcached-inv1","started_at":"2026-01-02T03:00:00+00:00","unit":"kolla-memcached-container.service"},"risk":"R1","rule":"container-crashed","runbook":"container-start","steps":[{"action":"container.start","commands":[{"argv":["systemctl","start","--","kolla-memcached-container.service"],"first":["systemctl","reset-failed","--","kolla-memcached-container.service"],"host":"ctl1","privileged":true,"timeout_s":60.0}],"effect":"once","fresh":false,"holds_units":false,"host":"","id":"start","judges_group":false,"late":false,"parallel":false,"params":{},"risk":"R1","summary":"start a container that is down: reset-failed and start of its unit, or the engine''s start without one","takes_away_healthy":false,"timeout_s":120.0}],"target":"container/ctl1/memcached","verify":{"check":"container-state","hold_s":20.0,"within_s":120.0}},"reason":"its condition is true","rule":"container-crashed","run":"run-1","values":{"cause":null,"crashed":true,"looping":false,"oom_killed":false,"operator_stopped":false,"stateful":false,"systemd_busy":false},"verdicts":[{"allow":true,"guard":"target","inputs":{"target":"container/ctl1/memcached"},"reason":"","until":null},{"allow":true,"guard":"stateful","inputs":{},"reason":"","until":null},{"allow":true,"guard":"hours","inputs":{"hours":"any"},"reason":"","until":null},{"allow":true,"guard":"mode","inputs":{"mode":"auto","source":"autonomy.R1"},"reason":"","until":null},{"allow":true,"guard":"autonomy","inputs":{"risk":"R1"},"reason":"","until":null},{"allow":true,"guard":"approval","inputs":{"needed":false},"reason":"","until":null},{"allow":true,"guard":"pause","inputs":{},"reason":"","until":null},{"allow":true,"guard":"silence","inputs":{},"reason":"","until":null},{"allow":true,"guard":"downtime","inputs":{},"reason":"","until":null},{"allow":true,"guard":"evidence_age","inputs":{"limit_s":120},"reason":"","until":null},{"allow":true,"guard":"self_vantage","inputs":{"answering":5,"hosts":5,"references":0},"reason":"","until":null},{"allow":true,"guard":"startup","inputs":{},"reason":"","until":null},{"allow":true,"guard":"clock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"restored","inputs":{},"reason":"","until":null},{"allow":true,"guard":"storm","inputs":{"scopes":4},"reason":"","until":null},{"allow":true,"guard":"budget","inputs":{"runs":0},"reason":"","until":null},{"allow":true,"guard":"cooldown","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ack","inputs":{},"reason":"","until":null},{"allow":true,"guard":"undone","inputs":{"undone":0},"reason":"","until":null},{"allow":true,"guard":"quorum","inputs":{"group":null},"reason":"","until":null},{"allow":true,"guard":"host_boot","inputs":{},"reason":"","until":null},{"allow":true,"guard":"lock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"maintenance","inputs":{},"reason":"","until":null},{"allow":true,"guard":"operator_intent","inputs":{},"reason":"","until":null},{"allow":true,"guard":"competing","inputs":{},"reason":"","until":null},{"allow":true,"guard":"dependency","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ourselves","inputs":{},"reason":"","until":null},{"allow":true,"guard":"baseline","inputs":{},"reason":"","until":null}]}');
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
INSERT INTO "events" VALUES('ev-1',1,'2026-01-05T03:00:35.210Z','check','container-state','container/ctl1/memcached','inc-1','{"at":[1767582035.21,5035.21,"boot-daemon-0"],"attempt":1,"check":"container-state","data":{"age_s":259235.1,"cause":null,"config_directory":"/etc/kolla/memcached","crashed":true,"distinct_starts":0,"engine":"docker","error":null,"exit_code":1,"has_unit":true,"image":"kolla/memcached:1","kolla_release":"2025.1","kolla_version":"20.0.0","last_log":"memcached said nothing more","looping":false,"missing":false,"n_restarts":10,"name":"memcached","oom_killed":false,"operator_stopped":false,"restart_count":0,"restart_policy":"no","running":false,"short_lived":false,"start_limit_hit":true,"started_at":"2026-01-02T03:00:00+00:00","stateful":false,"status":"exited","systemd_busy":false,"unit":"kolla-memcached-container.service","unit_failed":true,"unit_result":"exit-code","unit_state":"failed","unit_substate":"failed"},"flapping":false,"hosts":["ctl1"],"id":"ev-1","output":"exited, exit code 1, unit failed (exit-code), cause none","previous":"OK","source":"check","state":"CRITICAL","state_type":"SOFT","target":"container/ctl1/memcached"}');
INSERT INTO "events" VALUES('ev-2',2,'2026-01-05T03:00:45.630Z','check','container-state','container/ctl1/memcached','inc-1','{"at":[1767582045.63,5045.63,"boot-daemon-0"],"attempt":3,"check":"container-state","data":{"age_s":259245.5,"cause":null,"config_directory":"/etc/kolla/memcached","crashed":true,"distinct_starts":0,"engine":"docker","error":null,"exit_code":1,"has_unit":true,"image":"kolla/memcached:1","kolla_release":"2025.1","kolla_version":"20.0.0","last_log":"memcached said nothing more","looping":false,"missing":false,"n_restarts":10,"name":"memcached","oom_killed":false,"operator_stopped":false,"restart_count":0,"restart_policy":"no","running":false,"short_lived":false,"start_limit_hit":true,"started_at":"2026-01-02T03:00:00+00:00","stateful":false,"status":"exited","systemd_busy":false,"unit":"kolla-memcached-container.service","unit_failed":true,"unit_result":"exit-code","unit_state":"failed","unit_substate":"failed"},"flapping":false,"hosts":["ctl1"],"id":"ev-2","output":"exited, exit code 1, unit failed (exit-code), cause none","previous":"CRITICAL","source":"check","state":"CRITICAL","state_type":"HARD","target":"container/ctl1/memcached"}');
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
INSERT INTO "groups" VALUES('galera','{"accepted_at":"2026-01-05T03:00:20.000Z","healthy_s":32.289999999999964,"members":["ctl1","ctl2","ctl3"]}');
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
INSERT INTO "incidents" VALUES('inc-1',1,'container-state:container/ctl1/memcached','curing',1,1767582035.21,'{"accounted":"","ack_reason":"","acked_at":null,"acked_by":"","acted_at":[1767582046.05,5046.05,"boot-daemon-0"],"bad_at":[1767582045.63,5045.63,"boot-daemon-0"],"check":"container-state","closed_at":null,"cured_at":null,"hard_at":[1767582045.63,5045.63,"boot-daemon-0"],"hosts":["ctl1"],"id":"inc-1","level":"CRITICAL","opened_at":[1767582035.21,5035.21,"boot-daemon-0"],"output":"exited, exit code 1, unit failed (exit-code), cause none","parent":null,"rule":"container-crashed","rungs":[],"state":"curing","target":"container/ctl1/memcached"}');
CREATE TABLE locks (
	scope TEXT NOT NULL, 
	run TEXT NOT NULL, 
	PRIMARY KEY (scope)
);
INSERT INTO "locks" VALUES('host:ctl1','run-1');
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema','1');
INSERT INTO "meta" VALUES('epoch','1767582000');
INSERT INTO "meta" VALUES('store','629f6fbed82c07cd');
INSERT INTO "meta" VALUES('instances','["e3e70682c2094cac"]');
INSERT INTO "meta" VALUES('next_incident','2');
INSERT INTO "meta" VALUES('mark:galera.cluster','{"addresses": {"ctl1": ["192.0.2.11"], "ctl2": ["192.0.2.12"], "ctl3": ["192.0.2.13"]}, "at": "2026-01-05T03:00:35.010Z", "behind": null, "canaries": {"keystone.user": 120}, "conf_id": 7, "data_bytes": 10737418240, "flushes": true, "formed": {}, "members": ["ctl1", "ctl2", "ctl3"], "pc_recovery": true, "reformed_at": null, "seqno": 1035, "size": 3, "uuid": "5a2f8a3e-0000-11f0-8000-000000000001", "version": "10.11.19-MariaDB-0+deb12u1"}');
INSERT INTO "meta" VALUES('next_event','3');
INSERT INTO "meta" VALUES('next_run','2');
INSERT INTO "meta" VALUES('next_decision','9');
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
INSERT INTO "runs" VALUES('run-1',1,'inc-1','container/ctl1/memcached','container-start','running',1,1767582045.63,1767582046.05,'{"actor":"remediator","approval":null,"asked_as":[],"asks":"","bad_samples":0,"consent":"","created_at":[1767582045.63,5045.63,"boot-daemon-0"],"ended_at":null,"held_since":null,"id":"run-1","incident":"inc-1","locked_at":[1767582045.63,5045.63,"boot-daemon-0"],"ok_samples":0,"ok_since":null,"paged":false,"plan":{"check":"container-state","content_version":"8d35863f44bf5b47f3f5131ade7e4dd6aac787a1c990326012e36e6b59a02cba","hash":"8ea5a4ba988f045f907befb2b2524323cb05c6166b0af04d6d060312beaead84","held_at_most_s":14400.0,"hosts":["ctl1"],"identity":{"boot_id":"boot-ctl1-0","container_id":"ctl1-memcached-1","invocation_id":"ctl1-memcached-inv1","started_at":"2026-01-02T03:00:00+00:00","unit":"kolla-memcached-container.service"},"risk":"R1","rule":"container-crashed","runbook":"container-start","steps":[{"action":"container.start","commands":[{"argv":["systemctl","start","--","kolla-memcached-container.service"],"first":["systemctl","reset-failed","--","kolla-memcached-container.service"],"host":"ctl1","privileged":true,"timeout_s":60.0}],"effect":"once","fresh":false,"holds_units":false,"host":"","id":"start","judges_group":false,"late":false,"parallel":false,"params":{},"risk":"R1","summary":"start a container that is down: reset-failed and start of its unit, or the engine''s start without one","takes_away_healthy":false,"timeout_s":120.0}],"target":"container/ctl1/memcached","verify":{"check":"container-state","hold_s":20.0,"within_s":120.0}},"reason":"","state":"running","steps":[{"action":"container.start","before":{"boot_id":"boot-ctl1-0","container_id":"ctl1-memcached-1","intent_at":"2026-01-05T03:00:46.050Z","invocation_id":"ctl1-memcached-inv1","run":"sim.629f6fbed82c07cd.run-1","started_at":"2026-01-02T03:00:00+00:00","unit":"kolla-memcached-container.service"},"exit_code":null,"given":{},"id":"start","intent_at":[1767582046.05,5046.05,"boot-daemon-0"],"left":true,"outcome_at":null,"output":"","probe":null,"result":"","state":"intent","tries":1}],"verdicts":[{"allow":true,"guard":"target","inputs":{"target":"container/ctl1/memcached"},"reason":"","until":null},{"allow":true,"guard":"stateful","inputs":{},"reason":"","until":null},{"allow":true,"guard":"hours","inputs":{"hours":"any"},"reason":"","until":null},{"allow":true,"guard":"mode","inputs":{"mode":"auto","source":"autonomy.R1"},"reason":"","until":null},{"allow":true,"guard":"autonomy","inputs":{"risk":"R1"},"reason":"","until":null},{"allow":true,"guard":"approval","inputs":{"needed":false},"reason":"","until":null},{"allow":true,"guard":"pause","inputs":{},"reason":"","until":null},{"allow":true,"guard":"silence","inputs":{},"reason":"","until":null},{"allow":true,"guard":"downtime","inputs":{},"reason":"","until":null},{"allow":true,"guard":"evidence_age","inputs":{"limit_s":120},"reason":"","until":null},{"allow":true,"guard":"rediagnosis","inputs":{"state":"CRITICAL"},"reason":"","until":null},{"allow":true,"guard":"already_fixed","inputs":{},"reason":"","until":null},{"allow":true,"guard":"changed","inputs":{},"reason":"","until":null},{"allow":true,"guard":"self_vantage","inputs":{"answering":5,"hosts":5,"references":0},"reason":"","until":null},{"allow":true,"guard":"startup","inputs":{},"reason":"","until":null},{"allow":true,"guard":"clock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"restored","inputs":{},"reason":"","until":null},{"allow":true,"guard":"storm","inputs":{"scopes":4},"reason":"","until":null},{"allow":true,"guard":"budget","inputs":{"runs":0},"reason":"","until":null},{"allow":true,"guard":"cooldown","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ack","inputs":{},"reason":"","until":null},{"allow":true,"guard":"undone","inputs":{"undone":0},"reason":"","until":null},{"allow":true,"guard":"quorum","inputs":{"group":null},"reason":"","until":null},{"allow":true,"guard":"host_boot","inputs":{},"reason":"","until":null},{"allow":true,"guard":"lock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"maintenance","inputs":{},"reason":"","until":null},{"allow":true,"guard":"operator_intent","inputs":{},"reason":"","until":null},{"allow":true,"guard":"competing","inputs":{},"reason":"","until":null},{"allow":true,"guard":"dependency","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ourselves","inputs":{},"reason":"","until":null},{"allow":true,"guard":"baseline","inputs":{},"reason":"","until":null}],"verify_from":null,"was_ok":false}');
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
INSERT INTO "timeline" VALUES(1,'inc-1','2026-01-05T03:00:35.210Z','opened','CRITICAL SOFT 1: exited, exit code 1, unit failed (exit-code), cause none',NULL,NULL,NULL);
INSERT INTO "timeline" VALUES(2,'inc-1','2026-01-05T03:00:45.630Z','state','CRITICAL HARD 3: exited, exit code 1, unit failed (exit-code), cause none',NULL,NULL,NULL);
INSERT INTO "timeline" VALUES(3,'inc-1','2026-01-05T03:00:45.630Z','decided','container-crashed: its condition is true','run-1','container-crashed',NULL);
INSERT INTO "timeline" VALUES(4,'inc-1','2026-01-05T03:00:46.050Z','intent','ctl1: systemctl reset-failed -- kolla-memcached-container.service && systemctl start -- kolla-memcached-container.service','run-1','container-crashed',NULL);
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
CREATE INDEX audit_kind ON audit (kind);
CREATE INDEX audit_incident ON audit (incident);
CREATE INDEX events_at ON events (at);
CREATE INDEX events_incident ON events (incident);
CREATE INDEX hints_at ON hints (at);
CREATE INDEX incidents_key ON incidents ("key");
CREATE INDEX incidents_open ON incidents (open, n);
CREATE INDEX incidents_at ON incidents (open, at_s);
CREATE INDEX timeline_incident ON timeline (incident, n);
CREATE INDEX decisions_incident ON decisions (incident, n);
CREATE INDEX decisions_run ON decisions (run);
CREATE INDEX decisions_event ON decisions (event);
CREATE INDEX runs_incident ON runs (incident);
CREATE INDEX runs_at ON runs (live, at_s);
CREATE INDEX runs_live ON runs (live, n);
CREATE INDEX runs_intent ON runs (intent_s);
CREATE INDEX runs_target ON runs (target, intent_s);
CREATE INDEX debts_run ON debts (run);
CREATE INDEX debts_open ON debts (open, n);
CREATE INDEX outbox_state ON outbox (state, next_s);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
COMMIT;
